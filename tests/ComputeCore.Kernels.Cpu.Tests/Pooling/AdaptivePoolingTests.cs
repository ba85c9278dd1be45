using ComputeCore.Kernels.Cpu.Pooling;
using ComputeCore.Kernels.Cpu.Tests.Convolution;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Pooling;

public unsafe class AdaptivePoolingTests
{
    private static readonly AdaptivePoolingShape[] Shapes =
    [
        new(5, 7, 7, 1, 1), new(3, 14, 20, 7, 7), new(2, 10, 13, 4, 5), new(2, 5, 4, 7, 9), new(40, 32, 33, 3, 1), new(2, 6, 6, 6, 6),
    ];

    [TestCaseSource(nameof(Shapes))]
    public void Averages_match_the_definition(object boxed)
    {
        var shape = (AdaptivePoolingShape)boxed;
        var x = Numbers.Uniform(shape.Planes * shape.Height * shape.Width, 1);
        var dy = Numbers.Uniform(shape.Planes * shape.OutputHeight * shape.OutputWidth, 2);
        var expectedY = new double[dy.Length];
        var expectedDx = new double[x.Length];
        Visit(shape, (output, input, size) =>
        {
            expectedY[output] += x[input] / (double)size;
            expectedDx[input] += dy[output] / (double)size;
        });

        using var pool = new WorkerPool(2);
        var y = Numbers.Unwritten(dy.Length);
        var dx = Numbers.Unwritten(x.Length);
        fixed (float* px = x, py = y, pdx = dx, pdy = dy)
        {
            AdaptivePooling.AverageForward(pool, shape, px, py);
            AdaptivePooling.AverageBackward(pool, shape, pdy, pdx);
        }

        Numbers.AreClose(y, expectedY, 1e-5);
        Numbers.AreClose(dx, expectedDx, 1e-6);
    }

    [TestCaseSource(nameof(Shapes))]
    public void Maxima_match_the_definition(object boxed)
    {
        var shape = (AdaptivePoolingShape)boxed;
        var x = Numbers.Whole(shape.Planes * shape.Height * shape.Width, 3);
        x[3] = float.NaN;
        x[5] = float.NaN;
        var dy = Numbers.Uniform(shape.Planes * shape.OutputHeight * shape.OutputWidth, 4);
        var expectedY = new float[dy.Length];
        var expectedIndices = new int[dy.Length];
        Array.Fill(expectedIndices, -1);
        Visit(shape, (output, input, _) =>
        {
            if (expectedIndices[output] >= 0 && !(x[input] > expectedY[output]) && !float.IsNaN(x[input]))
                return;
            expectedY[output] = x[input];
            expectedIndices[output] = input % (shape.Height * shape.Width);
        });
        var outputs = shape.OutputHeight * shape.OutputWidth;
        var expectedDx = PoolingReference.MaxBackward(shape.Planes, outputs, shape.Height * shape.Width, dy, expectedIndices);

        using var pool = new WorkerPool(2);
        var y = Numbers.Unwritten(dy.Length);
        var indices = new int[dy.Length];
        var dx = Numbers.Unwritten(x.Length);
        fixed (float* px = x, py = y, pdx = dx, pdy = dy)
        fixed (int* pi = indices)
        {
            AdaptivePooling.MaxForward(pool, shape, px, py, pi);
            AdaptivePooling.MaxBackward(pool, shape, pdy, pi, pdx);
        }

        Assert.That(y, Is.EqualTo(expectedY));
        Assert.That(indices, Is.EqualTo(expectedIndices));
        Numbers.AreClose(dx, expectedDx, 1e-6);
    }

    // Calls visit(output, input, elements in the window) for every element of every window.
    private static void Visit(AdaptivePoolingShape s, Action<int, int, int> visit)
    {
        for (var plane = 0; plane < s.Planes; plane++)
            for (var row = 0; row < s.OutputHeight; row++)
                for (var column = 0; column < s.OutputWidth; column++)
                {
                    var top = (int)Math.Floor(row * (double)s.Height / s.OutputHeight);
                    var bottom = (int)Math.Ceiling((row + 1) * (double)s.Height / s.OutputHeight);
                    var left = (int)Math.Floor(column * (double)s.Width / s.OutputWidth);
                    var right = (int)Math.Ceiling((column + 1) * (double)s.Width / s.OutputWidth);
                    for (var h = top; h < bottom; h++)
                        for (var w = left; w < right; w++)
                            visit(
                                (plane * s.OutputHeight + row) * s.OutputWidth + column,
                                (plane * s.Height + h) * s.Width + w,
                                (bottom - top) * (right - left));
                }
    }
}
