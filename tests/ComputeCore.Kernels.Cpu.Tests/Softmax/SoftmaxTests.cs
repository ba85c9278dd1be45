using ComputeCore.Kernels.Cpu.Softmax;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;
using SoftmaxKernel = ComputeCore.Kernels.Cpu.Softmax.Softmax;

namespace ComputeCore.Kernels.Cpu.Tests.Softmax;

public unsafe class SoftmaxTests
{
    private const float Inf = float.PositiveInfinity;
    private const float NaN = float.NaN;

    private static readonly int[][] Shapes =
    [
        [1, 1, 1], [3, 7, 1], [5, 16, 1], [4, 33, 1], [64, 10, 1], [300, 257, 1], [2, 1000, 1], [1, 100_000, 1],
        [2, 5, 3], [3, 9, 16], [2, 4, 50], [1, 300, 70], [7, 1, 2],
    ];

    [TestCaseSource(nameof(Shapes))]
    public void Softmax_matches_float64(int outer, int axis, int inner)
    {
        using var pool = new WorkerPool(2);
        var x = GuardedArrays.Normal(outer * axis * inner, 1, scale: 3);
        var y = new GuardedArray<float>(x.Length);
        SoftmaxKernel.Forward(pool, x, y, outer, axis, inner);
        y.AssertClose(Array.ConvertAll(ReferenceLogSoftmax(x, outer, axis, inner), Math.Exp), 1e-6);
    }

    [TestCaseSource(nameof(Shapes))]
    public void Log_softmax_matches_float64(int outer, int axis, int inner)
    {
        using var pool = new WorkerPool(2);
        var x = GuardedArrays.Normal(outer * axis * inner, 2, scale: 3, mean: 1000);
        var y = new GuardedArray<float>(x.Length);
        LogSoftmax.Forward(pool, x, y, outer, axis, inner);
        y.AssertClose(ReferenceLogSoftmax(x, outer, axis, inner), 1e-6);
    }

    [TestCaseSource(nameof(Shapes))]
    public void Gradients_match_float64(int outer, int axis, int inner)
    {
        using var pool = new WorkerPool(2);
        var x = GuardedArrays.Normal(outer * axis * inner, 3);
        var dy = GuardedArrays.Normal(x.Length, 4);
        var logY = Array.ConvertAll(ReferenceLogSoftmax(x, outer, axis, inner), v => (float)v);
        var y = new GuardedArray<float>(x.Length, i => MathF.Exp(logY[i]));
        var dx = new GuardedArray<float>(x.Length);

        SoftmaxKernel.Backward(pool, dy, y, dx, outer, axis, inner);
        dx.AssertClose(PerLine(outer, axis, inner, line =>
        {
            var dot = line.Sum(i => (double)dy[i] * y[i]);
            return line.Select(i => y[i] * (dy[i] - dot));
        }), 1e-6);

        LogSoftmax.Backward(pool, dy, new GuardedArray<float>(logY), dx, outer, axis, inner);
        dx.AssertClose(PerLine(outer, axis, inner, line =>
        {
            var sum = line.Sum(i => (double)dy[i]);
            return line.Select(i => dy[i] - Math.Exp(logY[i]) * sum);
        }), 2e-6);
    }

    // Rows are summed block by block: their blocks may hold nothing but −∞, one number, or NaN.
    [TestCase(0)]
    [TestCase(4999)]
    public void Special_values_in_one_block_of_a_long_row_reach_the_others(int position)
    {
        using var pool = new WorkerPool(1);
        foreach (var value in new[] { 5, NaN, -Inf })
        {
            var x = new GuardedArray<float>(5000, i => i == position ? value : -Inf);
            var y = new GuardedArray<float>(x.Length);
            LogSoftmax.Forward(pool, x, y, 1, x.Length, 1);
            y.AssertClose([.. Enumerable.Range(0, x.Length).Select(i => value == 5 ? i == position ? 0 : -Inf : double.NaN)], 0);
        }
    }

    // A row's blocks are summed relative to one of the elements before, until one is much larger.
    [Test]
    public void Rows_that_rise_or_fall_by_any_step_match_float64([Values(-100f, -0.03f, 0.004f, 0.03f, 7.9f, 8.1f, 100f)] float step, [Values(1, 1000)] int run)
    {
        using var pool = new WorkerPool(1);
        var x = new GuardedArray<float>(5000, i => i / run * step + i % 7 * 0.1f);
        var y = new GuardedArray<float>(x.Length);
        LogSoftmax.Forward(pool, x, y, 1, x.Length, 1);
        var expected = ReferenceLogSoftmax(x, 1, x.Length, 1);
        y.AssertClose(expected, 1e-6);
        SoftmaxKernel.Forward(pool, x, y, 1, x.Length, 1);
        y.AssertClose(Array.ConvertAll(expected, Math.Exp), 1e-6);
    }

    // Expected values as torch.softmax and torch.log_softmax give them.
    [TestCase(new[] { -Inf, -Inf, -Inf }, new[] { NaN, NaN, NaN }, new[] { NaN, NaN, NaN })]
    [TestCase(new[] { 0, NaN, 0 }, new[] { NaN, NaN, NaN }, new[] { NaN, NaN, NaN })]
    [TestCase(new[] { 0, Inf, 0 }, new[] { NaN, NaN, NaN }, new[] { NaN, NaN, NaN })]
    [TestCase(new[] { -Inf, 5, -Inf }, new[] { 0f, 1, 0 }, new[] { -Inf, 0, -Inf })]
    [TestCase(new[] { 3e38f, -3e38f, 0 }, new[] { 1f, 0, 0 }, new[] { 0, -Inf, -3e38f })]
    public void Special_values_behave_as_in_PyTorch(float[] row, float[] softmax, float[] logSoftmax)
    {
        using var pool = new WorkerPool(1);
        foreach (var inner in new[] { 1, 5 })
        {
            var x = new GuardedArray<float>(row.Length * inner, i => row[i / inner]);
            var y = new GuardedArray<float>(x.Length);
            SoftmaxKernel.Forward(pool, x, y, 1, row.Length, inner);
            y.AssertClose([.. y.Span.ToArray().Select((_, i) => (double)softmax[i / inner])], 0);
            LogSoftmax.Forward(pool, x, y, 1, row.Length, inner);
            y.AssertClose([.. y.Span.ToArray().Select((_, i) => (double)logSoftmax[i / inner])], 0);
        }
    }

    [Test]
    public void Bits_depend_neither_on_the_thread_count_nor_on_working_in_place([Values(1, 37)] int inner)
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        var x = GuardedArrays.Normal(211 * 401 * inner, 5);
        var y = new GuardedArray<float>(x.Length);
        SoftmaxKernel.Forward(one, x, y, 211, 401, inner);
        SoftmaxKernel.Forward(three, x, x, 211, 401, inner);
        x.AssertSameBits(y);
    }

    [Test]
    public void A_row_has_the_same_bits_wherever_it_stands([Values(768, 5000)] int axis)
    {
        using var pool = new WorkerPool(1);
        var x = GuardedArrays.Normal(3 * axis, 6);
        var (together, alone) = (new GuardedArray<float>(x.Length), new GuardedArray<float>(x.Length));
        SoftmaxKernel.Forward(pool, x, together, 3, axis, 1);
        for (var row = 0; row < 3; row++)
            SoftmaxKernel.Forward(pool, (float*)x + row * axis, (float*)alone + row * axis, 1, axis, 1);
        alone.AssertSameBits(together);
    }

    private static double[] ReferenceLogSoftmax(GuardedArray<float> x, int outer, int axis, int inner) =>
        PerLine(outer, axis, inner, line =>
        {
            var max = line.Max(i => (double)x[i]);
            var logSum = Math.Log(line.Sum(i => Math.Exp(x[i] - max)));
            return line.Select(i => x[i] - max - logSum);
        });

    /// <summary>Applies a function of the indices along the axis to every line of [outer, axis, inner].</summary>
    private static double[] PerLine(int outer, int axis, int inner, Func<int[], IEnumerable<double>> function)
    {
        var result = new double[outer * axis * inner];
        for (var o = 0; o < outer; o++)
        {
            for (var i = 0; i < inner; i++)
            {
                var line = Enumerable.Range(0, axis).Select(a => (o * axis + a) * inner + i).ToArray();
                foreach (var (index, value) in line.Zip(function(line)))
                    result[index] = value;
            }
        }

        return result;
    }
}
