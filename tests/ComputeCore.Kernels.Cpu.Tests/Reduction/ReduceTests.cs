using ComputeCore.Kernels.Cpu.Reduction;
using ComputeCore.Kernels.Cpu.Tests.Elementwise;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Reduction;

public unsafe class ReduceTests
{
    private static readonly WorkerPool One = new(1);
    private static readonly WorkerPool Three = new(3);

    // Everything, inner, outer, N and HW of [N, C, HW], kept and reduced in turn, runs and rows cut into segments, small groups.
    private static readonly (int[] Shape, int[] Axes)[] Cases =
    [
        ([], []), ([1], [0]), ([1, 1], [1]), ([7], [0]), ([7], []), ([100_003], [0]), ([300, 401], [0, 1]),
        ([300, 401], [1]), ([300, 401], [0]), ([5, 40_001], [1]), ([20_001, 5], [0]), ([9000, 37], [0]), ([3, 2000, 37], [1]), ([200, 1500], [0]),
        ([8, 6, 49], [0, 2]), ([8, 6, 49], [1]), ([8, 6, 49], [0]), ([8, 6, 49], [2]), ([32, 3, 33, 31], [0, 2, 3]), ([32, 3, 33, 31], [1]),
        ([2, 3, 2, 3, 2, 3, 2, 3], [0, 2, 4, 6]), ([2, 3, 2, 3, 2, 3, 2, 3], [1, 3, 5, 7]), ([4, 1, 5, 1, 6], [1, 2]), ([7000, 2, 3], [1]), ([7000, 2, 3], [2]),
    ];

    private delegate void Kernel(WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace);

    [TestCaseSource(nameof(Cases))]
    public void Sums_are_within_half_an_ulp_of_float64((int[] Shape, int[] Axes) c)
        => AssertReduces(Reduce.Sum, c, values => values.Sum(value => (double)value));

    [TestCaseSource(nameof(Cases))]
    public void Means_are_within_half_an_ulp_of_float64((int[] Shape, int[] Axes) c)
        => AssertReduces(Reduce.Mean, c, values => values.Average(value => (double)value));

    [TestCaseSource(nameof(Cases))]
    public void Sums_of_squares_are_within_half_an_ulp_of_float64((int[] Shape, int[] Axes) c)
        => AssertReduces(Reduce.SumOfSquares, c, values => values.Sum(value => (double)value * value));

    [TestCaseSource(nameof(Cases))]
    public void Maxima_and_minima_are_exact((int[] Shape, int[] Axes) c)
    {
        AssertReduces(Reduce.Max, c, values => values.Max());
        AssertReduces(Reduce.Min, c, values => values.Min());
    }

    [TestCaseSource(nameof(Cases))]
    public void Variances_are_those_of_float64_with_either_correction((int[] Shape, int[] Axes) c)
    {
        foreach (var correction in (int[])[0, 1])
        {
            AssertReduces((WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace) => Reduce.Variance(pool, source, destination, shape, correction, workspace), c, values =>
            {
                var mean = values.Average(value => (double)value);
                return values.Sum(value => (value - mean) * (value - mean)) / (values.Count - correction);
            });
        }
    }

    [Test]
    public void A_variance_far_from_zero_does_not_cancel()
    {
        float[] x = [.. Samples.Floats(10_000, 1, 0, 1).Select(value => value + 4096)];
        var mean = x.Average(value => (double)value);
        var expected = x.Sum(value => (value - mean) * (value - mean)) / x.Length;
        using NativeArray<float> source = new(x), result = new(1);
        var shape = new ReductionShape([10_000], [0]);
        using var workspace = new NativeArray<byte>(Reduce.VarianceWorkspaceBytes(shape));
        Reduce.Variance(Three, source.Pointer, result.Pointer, shape, 0, workspace.Pointer);
        Assert.That(result.Span[0], Is.EqualTo(expected).Within(1e-7 * expected));
    }

    [Test]
    public void NaN_wins_every_maximum_and_minimum_wherever_it_stands([Values(0, 15, 33, 63)] int place)
    {
        foreach (var axis in (int[])[0, 1])
        {
            var x = Samples.Floats(64 * 64, 1);
            x[(place * 64) + place] = float.NaN;
            using NativeArray<float> source = new(x), max = new(64), min = new(64);
            var shape = new ReductionShape([64, 64], [axis]);
            Reduce.Max(Three, source.Pointer, max.Pointer, shape, null);
            Reduce.Min(Three, source.Pointer, min.Pointer, shape, null);
            for (var i = 0; i < 64; i++)
            {
                Assert.That(float.IsNaN(max.Span[i]), Is.EqualTo(i == place));
                Assert.That(float.IsNaN(min.Span[i]), Is.EqualTo(i == place));
            }
        }
    }

    [Test]
    public void Nothing_sums_to_zero_and_has_no_mean()
    {
        using NativeArray<float> source = new(0), result = new(3);
        var shape = new ReductionShape([3, 0], [1]);
        Reduce.Sum(Three, source.Pointer, result.Pointer, shape, null);
        Assert.That(result.Span.ToArray(), Is.EqualTo(new float[3]));
        Reduce.Mean(Three, source.Pointer, result.Pointer, shape, null);
        Assert.That(result.Span.ToArray(), Is.All.NaN);
    }

    [TestCaseSource(nameof(Cases))]
    public void Integers_are_summed_and_compared_exactly((int[] Shape, int[] Axes) c)
    {
        var random = new Random(1);
        var x = new long[Samples.Count(c.Shape)];
        foreach (ref var value in x.AsSpan())
            value = random.NextInt64(-1L << 40, 1L << 40);
        var groups = Group(c, x);
        using NativeArray<long> source = new(x), sums = new(groups.Length), maxima = new(groups.Length);
        var shape = new ReductionShape(c.Shape, c.Axes);
        IntegerReduce.Sum(Three, source.Pointer, sums.Pointer, shape);
        IntegerReduce.Max(Three, source.Pointer, maxima.Pointer, shape);
        Assert.That(sums.Span.ToArray(), Is.EqualTo(groups.Select(group => group.Sum())));
        Assert.That(maxima.Span.ToArray(), Is.EqualTo(groups.Select(group => group.Max())));
    }

    private static void AssertReduces(Kernel kernel, (int[] Shape, int[] Axes) c, Func<List<float>, double> reference)
    {
        var x = Samples.Floats(Samples.Count(c.Shape), 1, -1, 3);
        var shape = new ReductionShape(c.Shape, c.Axes);
        var groups = Group(c, x);
        Assert.That(shape.Results, Is.EqualTo(groups.Length));
        using NativeArray<float> source = new(x), single = new(groups.Length), result = new(groups.Length);
        using var workspace = new NativeArray<byte>(Reduce.VarianceWorkspaceBytes(shape));
        kernel(One, source.Pointer, single.Pointer, shape, workspace.Pointer);
        kernel(Three, source.Pointer, result.Pointer, shape, workspace.Pointer);

        Assert.That(result.HasBitsOf(single.Span), "the bits depend on the thread count");
        for (var i = 0; i < groups.Length; i++)
        {
            // Half a unit in the last place is 6e-8; sums in double differ by their order from the reference's, in the 13th digit.
            var expected = reference(groups[i]);
            var isClose = double.IsNaN(expected) ? float.IsNaN(result.Span[i]) : Math.Abs(result.Span[i] - expected) <= (6.1e-8 * Math.Abs(expected)) + 1e-11;
            Assert.That(isClose, $"result {i}: {result.Span[i]:R}, expected {expected:R}");
        }
    }

    private static List<T>[] Group<T>((int[] Shape, int[] Axes) c, T[] x)
    {
        var results = c.Shape.Where((_, d) => !c.Axes.Contains(d)).Aggregate(1, (product, extent) => product * extent);
        var groups = new List<T>[results];
        for (var i = 0; i < results; i++)
            groups[i] = [];
        for (var element = 0; element < x.Length; element++)
        {
            var index = 0;
            var stride = 1;
            var rest = element;
            for (var d = c.Shape.Length - 1; d >= 0; d--)
            {
                var position = rest % c.Shape[d];
                rest /= c.Shape[d];
                if (c.Axes.Contains(d))
                    continue;
                index += position * stride;
                stride *= c.Shape[d];
            }

            groups[index].Add(x[element]);
        }

        return groups;
    }
}
