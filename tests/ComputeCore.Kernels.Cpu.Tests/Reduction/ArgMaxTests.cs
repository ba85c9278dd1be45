using ComputeCore.Kernels.Cpu.Reduction;
using ComputeCore.Kernels.Cpu.Tests.Elementwise;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Reduction;

public unsafe class ArgMaxTests
{
    private static readonly WorkerPool Pool = new(3);

    [TestCase(1, 1, 1)]
    [TestCase(1, 50_257, 1)]
    [TestCase(5000, 10, 1)]
    [TestCase(1, 10, 5000)]
    [TestCase(7, 33, 19)]
    public void The_first_of_the_greatest_wins(int outer, int length, int inner)
    {
        // Few different values, so that most maxima are tied.
        float[] x = [.. Samples.Floats((long)outer * length * inner, 1, 0, 8).Select(MathF.Floor)];
        using var source = new NativeArray<float>(x);
        using var narrow = new NativeArray<int>((long)outer * inner);
        using var wide = new NativeArray<long>((long)outer * inner);
        ArgMax.Run(Pool, source.Pointer, narrow.Pointer, outer, length, inner);
        ArgMax.Run(Pool, source.Pointer, wide.Pointer, outer, length, inner);
        for (var i = 0; i < outer * inner; i++)
        {
            var values = Enumerable.Range(0, length).Select(l => x[(((i / inner * length) + l) * inner) + (i % inner)]).ToArray();
            Assert.That(narrow.Span[i], Is.EqualTo(Array.IndexOf(values, values.Max())));
            Assert.That(wide.Span[i], Is.EqualTo(narrow.Span[i]));
        }
    }

    [Test]
    public void NaN_is_the_greatest_and_minus_infinity_can_win()
    {
        float[][] rows =
        [
            [1, float.NaN, float.PositiveInfinity, float.NaN],
            [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity],
            [-0f, 0f, -1, -0f],
            [float.MinValue, -3, float.NegativeInfinity, -3],
        ];
        int[] expected = [1, 0, 0, 1];
        using NativeArray<float> source = new(rows.SelectMany(row => row).ToArray()), transposed = new(Enumerable.Range(0, 16).Select(i => rows[i % 4][i / 4]).ToArray());
        using NativeArray<int> alongLast = new(4), alongFirst = new(4);
        ArgMax.Run(Pool, source.Pointer, alongLast.Pointer, 4, 4, 1);
        ArgMax.Run(Pool, transposed.Pointer, alongFirst.Pointer, 1, 4, 4);
        Assert.That(alongLast.Span.ToArray(), Is.EqualTo(expected));
        Assert.That(alongFirst.Span.ToArray(), Is.EqualTo(expected));
    }
}
