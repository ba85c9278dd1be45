using ComputeCore.Accelerators;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Indexing;

/// <summary>Copies of shapes that fill transposed tiles and that don't, of every element size.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class MovementTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    private static readonly ElementType[] Sizes = [ElementType.Float32, ElementType.Int64, ElementType.UInt8];

    [Test]
    public void A_matrix_is_transposed([ValueSource(nameof(Sizes))] ElementType type, [Values(1, 7, 31, 32, 33, 100)] int rows, [Values(8, 32, 65, 257)] int columns) =>
        Check(new Permute(Axes.Create([1, 0])), Draw.Integers([rows, columns], type, 0, 250));

    [TestCase(0, 2, 1, 3)]
    [TestCase(0, 1, 3, 2)]
    [TestCase(3, 2, 1, 0)]
    [TestCase(1, 3, 0, 2)]
    [TestCase(2, 3, 0, 1)]
    [TestCase(0, 3, 1, 2)]
    public void Axes_are_permuted(int a, int b, int c, int d) =>
        Check(new Permute(Axes.Create([a, b, c, d])), Draw.Normal([3, 40, 9, 37]));

    [Test]
    public void A_broadcast_of_a_column_is_repeated() => Check(new BroadcastTo([50, 60, 70]), Draw.Normal([60, 1]));

    [Test]
    public void A_slice_in_steps_of_many_axes_is_taken() =>
        Check(new Slice(Axes.Create([1, 0, 2, 3, 0]), Axes.Create([2, 3, 4, 2, 5]), Axes.Create([2, 1, 2, 3, 1])), Draw.Normal([5, 3, 9, 7, 5]));

    [Test]
    public void A_slice_is_put_back() =>
        Check(new SliceGradient([5, 3, 9, 7, 5], Axes.Create([1, 0, 2, 3, 0]), Axes.Create([2, 1, 2, 3, 1])), Draw.Normal([2, 3, 4, 2, 5]));

    [Test]
    public void A_margin_is_put_around_many_axes([ValueSource(nameof(Sizes))] ElementType type) =>
        Check(new Pad(Axes.Create([1, 0, 2, 0, 3]), Axes.Create([0, 4, 1, 0, 1]), 7), Draw.Integers([3, 2, 4, 5, 6], type, 0, 250));

    [Test]
    public void Rows_are_written_into_a_cache([ValueSource(nameof(Sizes))] ElementType type) =>
        Check(new WriteRows(), Draw.Integers([3, 20, 5], type, 0, 250), Draw.Integers([3, 4, 5], type, 0, 250), Draw.Values([3], ElementType.Int32, 2, -1, 18));

    [Test]
    public void Many_tensors_are_concatenated() =>
        Check(new Concatenate(1), [.. Enumerable.Range(0, 20).Select(i => Draw.Normal([7, i, 5]))]);

    private void Check(Operation operation, params Draw[] inputs) => Conformance.CheckResults(Device, new Sample(operation, inputs));
}
