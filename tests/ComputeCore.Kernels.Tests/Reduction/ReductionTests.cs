using ComputeCore.Accelerators;
using ComputeCore.Kernels.Reduction;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Reduction;

/// <summary>Reductions of shapes that take every way through the kernels: rows and columns, cut into chunks or not, any axes.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class ReductionTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    private static readonly (int[] Shape, int[] Axes)[] Shapes =
    [
        ([1_000_003], [0]),
        ([20_011, 33], [0]),
        ([20_011, 33], [1]),
        ([70_001, 3], [1]),
        ([3, 70_001], [1]),
        ([9, 5_000, 7], [1]),
        ([5, 3, 40, 41], [0, 2, 3]),
        ([5, 30, 4, 41, 6], [0, 2, 4]),
        ([2, 3, 4, 5, 6, 7, 2], [0, 2, 4, 6]),
        ([1, 1, 1], [0, 2]),
        ([0, 5], [0]),
    ];

    [Test]
    public void Any_axes_of_any_shape_are_summed([Range(0, 10)] int shape) => Check(axes => new Sum(axes), Shapes[shape], Tolerance.Float32);

    [Test]
    public void Any_axes_of_any_shape_have_a_maximum([Range(0, 9)] int shape) => Check(axes => new Max(axes), Shapes[shape], Tolerance.Exact);

    [Test]
    public void Any_axes_of_any_shape_have_a_variance([Range(0, 8)] int shape) => Check(axes => new Variance(axes, 1), Shapes[shape], Tolerance.Float32, mean: 300);

    [Test]
    public void NaN_anywhere_is_the_maximum([Values(0, 77_777, 99_999)] int place)
    {
        var values = new double[100_000];
        values[place] = double.NaN;
        Conformance.CheckResults(Device, new Sample(new Max(Axes.Create([0])), Draw.Values([values.Length], values)));
    }

    [Test]
    public void The_first_of_equal_greatest_elements_is_found_among_many([Values(1, 255, 256, 40_000)] int first)
    {
        var values = new double[100_000];
        values[first] = values[first + 1] = values[first + 300] = 3;
        Conformance.CheckResults(Device, new Sample(new ArgMax(0), Draw.Values([values.Length], values)));
    }

    [Test]
    public void Sums_of_integers_wrap_around()
    {
        var x = TensorData.From([2], long.MaxValue, 5L);
        Assert.That(Runner.Run(Device, new Sum(Axes.Create([0])), x)[0].AsSpan<long>()[0], Is.EqualTo(unchecked(long.MaxValue + 5)));
    }

    // The longest shapes are left out: lavapipe ends a loop of one work-item after 65,536 rounds.
    [Test]
    public void The_fast_kernel_agrees_with_the_naive_one([Values(1, 2, 3, 5, 6, 7)] int shape)
    {
        var (extents, axes) = Shapes[shape];
        if (ReductionShape.Of(extents, axes) is not { } reduction)
            return;
        using var x = Device.AllocateBuffer<float>(extents.Aggregate((a, b) => a * b));
        using var expected = Device.AllocateBuffer<float>(reduction.Results);
        using var result = Device.AllocateBuffer<float>(reduction.Results);
        using var workspace = Device.AllocateBuffer<float>((int)Math.Max(1, ReductionLaunches.WorkspaceElements(reduction)));
        var random = new Random(1);
        x.Write([.. Enumerable.Range(0, x.Length).Select(_ => (float)random.Next(-8, 9))]);
        Device.Launch(ReductionKernels.Dispatch.ReduceNaive<float, FloatSum>(Extent.Cover(reduction.Results, 64), 64, x.View, expected.View, expected.View, reduction, 1));
        foreach (var dispatch in ReductionLaunches.Reduce<float, FloatSum, FloatSum>(x.View, x.View.Slice(0, 1), result.View, reduction, 1, () => workspace.View))
            Device.Launch(dispatch);
        // Sums of small integers are exact in any order.
        Assert.That(result.ToArray(), Is.EqualTo(expected.ToArray()));
    }

    private void Check(Func<Axes, Operation> operation, (int[] Shape, int[] Axes) reduction, Tolerance tolerance, double mean = 0)
    {
        using var reference = Devices.Device.Open("reference");
        var x = Draw.Normal(ComputeCore.Shape.Create(reduction.Shape), mean).ToData(1);
        var applied = operation(Axes.Create(reduction.Axes));
        var result = Runner.Run(Device, applied, x)[0];
        Deviation.Of(result, Runner.Run(reference, applied, x)[0], tolerance, "the result").Require();
        Assert.That(Runner.Run(Device, applied, x)[0].Bytes.SequenceEqual(result.Bytes), "other bits when computed again");
    }
}
