using ComputeCore.Accelerators;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Indexing;

/// <summary>Lookups by index, and adding by index in a fixed order.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class IndexTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    [Test]
    public void Parts_of_any_element_size_are_selected([Values(ElementType.Float32, ElementType.Int64, ElementType.UInt8)] ElementType type) =>
        Check(new IndexSelect(1), Draw.Integers([3, 50, 33], type, 0, 250), Draw.Integers([7, 40], ElementType.Int64, 0, 49));

    [Test]
    public void Elements_are_gathered_along_any_axis([Range(0, 3)] int axis) =>
        Check(new Gather(axis), Draw.Normal([5, 6, 7, 8]), Draw.Integers([4, 6, 5, 3], ElementType.Int64, 0, 4));

    [Test]
    public void Elements_of_any_size_are_gathered([Values(ElementType.Float32, ElementType.Int64, ElementType.UInt8)] ElementType type) =>
        Check(new Gather(1), Draw.Integers([3, 50], type, 0, 250), Draw.Integers([3, 40], ElementType.Int64, 0, 49));

    // The order of float additions is told by the bits of the sum.
    [Test]
    public void Parts_that_meet_are_added_in_the_order_of_their_indices()
    {
        const int Count = 3000;
        const int Extent = 17;
        const int Inner = 5;
        var (indices, source) = (Draw.Integers([Count], ElementType.Int64, 0, Extent - 1).ToData(1), Draw.Normal([Count, Inner]).ToData(2));
        var expected = new float[Extent * Inner];
        for (var k = 0; k < Count; k++)
            for (var i = 0; i < Inner; i++)
                expected[indices.AsSpan<long>()[k] * Inner + i] += source.AsSpan<float>()[k * Inner + i];
        var result = Runner.Run(Device, new IndexAdd(0, Extent), indices, source)[0];
        Assert.That(result.AsSpan<float>().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Elements_that_meet_are_added_in_the_order_of_the_source()
    {
        const int Count = 500;
        const int Extent = 7;
        const int Inner = 9;
        var x = Draw.Normal([Extent, Inner]).ToData(3);
        var (indices, source) = (Draw.Integers([Count, Inner], ElementType.Int64, 0, Extent - 1).ToData(1), Draw.Normal([Count, Inner]).ToData(2));
        var expected = x.AsSpan<float>().ToArray();
        for (var k = 0; k < Count * Inner; k++)
            expected[indices.AsSpan<long>()[k] * Inner + k % Inner] += source.AsSpan<float>()[k];
        var result = Runner.Run(Device, new ScatterAdd(0), x, indices, source)[0];
        Assert.That(result.AsSpan<float>().ToArray(), Is.EqualTo(expected));
    }

    // As for the gradient of an embedding: a quadratic way would take 200 million comparisons.
    [Test]
    public void Many_indices_of_a_large_vocabulary_are_added()
    {
        const int Count = 20_000;
        const int Extent = 50_000;
        var (indices, source) = (Draw.Integers([Count], ElementType.Int64, 0, Extent - 1).ToData(1), Draw.Normal([Count, 4]).ToData(2));
        var expected = new float[Extent * 4];
        for (var k = 0; k < Count * 4; k++)
            expected[indices.AsSpan<long>()[k / 4] * 4 + k % 4] += source.AsSpan<float>()[k];
        Assert.That(Runner.Run(Device, new IndexAdd(0, Extent), indices, source)[0].AsSpan<float>().SequenceEqual(expected));
    }

    [TestCase(3, 2)]
    [TestCase(1, 1_000)]
    public void An_index_out_of_range_makes_its_line_NaN_where_it_begins_and_nothing_else(int lines, int length)
    {
        var indices = new TensorData(new TensorType(ElementType.Int64, [lines, length]));
        indices.AsSpan<long>()[length - 1] = 7;
        var (x, source) = (Draw.Normal([lines, 5]).ToData(1), Draw.Normal([lines, length]).ToData(2));
        indices.AsSpan<long>()[..(length - 1)].Fill(2);
        var result = Runner.Run(Device, new ScatterAdd(1), x, indices, source)[0].ToDoubles();
        Assert.That(result[0], Is.NaN);
        Assert.That(result[1..], Is.All.Not.NaN);
    }

    [Test]
    public void Elements_are_added_along_any_axis([Range(0, 3)] int axis) =>
        Check(new ScatterAdd(axis), Draw.Normal([5, 6, 7, 8]), Draw.Integers([4, 6, 5, 3], ElementType.Int64, 0, 4), Draw.Normal([4, 6, 5, 3]));

    [Test]
    public void An_index_out_of_range_spoils_its_result_and_no_other([Values(-1, 3)] int outside)
    {
        var (x, indices) = (Draw.Normal([3, 3]).ToData(1), TensorData.From([2], 1L, (long)outside));
        Check(Runner.Run(Device, new IndexSelect(0), x, indices)[0].ToDoubles());
        Check(Runner.Run(Device, new OneHot(3), indices)[0].ToDoubles());

        static void Check(double[] rows)
        {
            Assert.That(rows[..3], Is.All.Not.NaN);
            Assert.That(rows[3..], Is.All.NaN);
        }
    }

    private void Check(Operation operation, params Draw[] inputs) => Conformance.CheckResults(Device, new Sample(operation, inputs));
}
