using ComputeCore.Kernels.Cpu.Pooling;
using ComputeCore.Kernels.Cpu.Tests.Convolution;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Pooling;

public unsafe class PoolingTests
{
    private static PoolingShape Shape(
        int planes, int height, int width, int kernelHeight, int kernelWidth, int stride, int padding = 0, int dilation = 1, bool ceil = false)
    {
        return new PoolingShape
        {
            Planes = planes, Height = height, Width = width, KernelHeight = kernelHeight, KernelWidth = kernelWidth,
            StrideY = stride, StrideX = stride, PaddingTop = padding, PaddingLeft = padding, DilationY = dilation, DilationX = dilation,
            OutputHeight = Outputs(height, kernelHeight), OutputWidth = Outputs(width, kernelWidth),
        };

        // PyTorch: in ceil mode the last window must still start inside the input or its leading padding.
        int Outputs(int size, int kernel)
        {
            var room = size + 2 * padding - dilation * (kernel - 1) - 1;
            var outputs = (ceil ? room + stride - 1 : room) / stride + 1;
            return ceil && (outputs - 1) * stride >= size + padding ? outputs - 1 : outputs;
        }
    }

    private static IEnumerable<PoolingShape> Shapes()
    {
        foreach (var (height, width) in new[] { (28, 28), (14, 14), (2, 2), (6, 4), (7, 7), (5, 16), (9, 17), (4, 18), (6, 32), (3, 33), (2, 70) })
            yield return Shape(3, height, width, 2, 2, 2);
        yield return Shape(100, 28, 28, 2, 2, 2);
        yield return Shape(2, 7, 7, 2, 2, 2, ceil: true);
        yield return Shape(2, 23, 35, 3, 3, 2, padding: 1);
        yield return Shape(2, 23, 35, 3, 3, 2, padding: 1, ceil: true);
        yield return Shape(2, 9, 40, 3, 3, 1, padding: 1);
        yield return Shape(2, 13, 19, 5, 3, 1, padding: 1);
        yield return Shape(2, 20, 64, 3, 3, 3, ceil: true);
        yield return Shape(1, 11, 50, 4, 4, 4, padding: 2);
    }

    private static IEnumerable<PoolingShape> DilatedShapes()
    {
        yield return Shape(2, 15, 37, 3, 3, 1, padding: 1, dilation: 2);
        yield return Shape(2, 15, 37, 2, 3, 2, padding: 1, dilation: 3);
        yield return Shape(2, 15, 37, 2, 2, 3, padding: 1, dilation: 2, ceil: true);
    }

    [Test]
    public void Max_pooling_finds_the_first_maximum_and_its_place()
    {
        foreach (var shape in Shapes().Concat(DilatedShapes()))
        {
            var x = Numbers.Whole(shape.Planes * shape.Height * shape.Width, 1);
            CheckMaxForward(shape, x);
        }
    }

    [Test]
    public void Max_pooling_passes_NaN_and_infinities_on()
    {
        foreach (var shape in Shapes().Concat(DilatedShapes()))
        {
            var x = Numbers.Whole(shape.Planes * shape.Height * shape.Width, 2);
            var random = new Random(3);
            for (var i = 0; i < x.Length; i++)
                x[i] = random.Next(8) switch { 0 => float.NaN, 1 => float.PositiveInfinity, < 5 => float.NegativeInfinity, _ => x[i] };
            CheckMaxForward(shape, x);
        }
    }

    [Test]
    public void Max_pooling_sends_each_gradient_to_the_maximum()
    {
        foreach (var shape in Shapes().Concat(DilatedShapes()))
        {
            var inputs = shape.Height * shape.Width;
            var outputs = shape.OutputHeight * shape.OutputWidth;
            var x = Numbers.Whole(shape.Planes * inputs, 4);
            var dy = Numbers.Uniform(shape.Planes * outputs, 5);
            var indices = PoolingReference.MaxForward(shape, x).Indices;
            var expected = PoolingReference.MaxBackward(shape.Planes, outputs, inputs, dy, indices);
            float[]? first = null;
            for (var threads = 1; threads <= 3; threads++)
            {
                using var pool = new WorkerPool(threads);
                var dx = Numbers.Unwritten(x.Length);
                fixed (float* pdy = dy, pdx = dx)
                fixed (int* pi = indices)
                    MaxPooling.Backward(pool, shape, pdy, pi, pdx);
                Numbers.AreClose(dx, expected, 1e-6);
                Numbers.AreTheSameBits(dx, first ??= dx);
            }
        }
    }

    [Test]
    public void Average_pooling_is_the_mean_of_each_window([Values] bool countIncludePad)
    {
        foreach (var shape in Shapes())
        {
            var x = Numbers.Uniform(shape.Planes * shape.Height * shape.Width, 6);
            var expected = PoolingReference.AverageForward(shape, countIncludePad, x);
            using var pool = new WorkerPool(2);
            var y = Numbers.Unwritten(expected.Length);
            fixed (float* px = x, py = y)
                AveragePooling.Forward(pool, shape, countIncludePad, px, py);
            Numbers.AreClose(y, expected, 1e-6);
        }
    }

    [Test]
    public void Average_pooling_shares_each_gradient_among_the_window([Values] bool countIncludePad)
    {
        foreach (var shape in Shapes())
        {
            var dy = Numbers.Uniform(shape.Planes * shape.OutputHeight * shape.OutputWidth, 7);
            var expected = PoolingReference.AverageBackward(shape, countIncludePad, dy);
            float[]? first = null;
            for (var threads = 1; threads <= 3; threads++)
            {
                using var pool = new WorkerPool(threads);
                var dx = Numbers.Unwritten(expected.Length);
                fixed (float* pdy = dy, pdx = dx)
                    AveragePooling.Backward(pool, shape, countIncludePad, pdy, pdx);
                Numbers.AreClose(dx, expected, 1e-6);
                Numbers.AreTheSameBits(dx, first ??= dx);
            }
        }
    }

    [Test]
    public void Average_pooling_passes_NaN_and_infinities_on()
    {
        var shape = Shape(2, 9, 40, 3, 3, 1, padding: 1);
        var x = Numbers.Uniform(shape.Planes * shape.Height * shape.Width, 8);
        x[33] = float.NaN;
        x[400] = float.PositiveInfinity;
        using var pool = new WorkerPool(1);
        var expected = PoolingReference.AverageForward(shape, false, x);
        var y = Numbers.Unwritten(expected.Length);
        fixed (float* px = x, py = y)
            AveragePooling.Forward(pool, shape, false, px, py);
        Numbers.AreClose(y, expected, 1e-6);
    }

    private static void CheckMaxForward(PoolingShape shape, float[] x)
    {
        var (expected, expectedIndices) = PoolingReference.MaxForward(shape, x);
        for (var threads = 1; threads <= 3; threads++)
        {
            using var pool = new WorkerPool(threads);
            var y = Numbers.Unwritten(expected.Length);
            var values = Numbers.Unwritten(expected.Length);
            var indices = new int[expected.Length];
            fixed (float* px = x, py = y, pv = values)
            fixed (int* pi = indices)
            {
                MaxPooling.Forward(pool, shape, px, py, pi);
                MaxPoolingValues.Forward(pool, shape, px, pv);
            }

            Assert.That(indices, Is.EqualTo(expectedIndices));
            Assert.That(y, Is.EqualTo(expected));
            Assert.That(values, Is.EqualTo(expected));
        }
    }
}
