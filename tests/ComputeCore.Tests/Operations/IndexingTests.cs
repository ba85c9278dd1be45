using ComputeCore.Devices;
using ComputeCore.Graphs;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

[TestFixture("reference")]
[TestFixture("cpu")]
public class IndexingTests(string deviceName)
{
    private static readonly TensorData Table = TensorData.From([3, 2], 1f, 2, 3, 4, 5, 6);

    private static IEnumerable<TestCaseData> IndexedOperations() =>
    [
        new TestCaseData((Func<Tensor, Tensor, Tensor>)((x, i) => x.IndexSelect(0, i)), 3).SetArgDisplayNames("IndexSelect"),
        new TestCaseData((Func<Tensor, Tensor, Tensor>)((x, i) => x.Gather(0, i.Reshape(2, 1))), 3).SetArgDisplayNames("Gather"),
        new TestCaseData((Func<Tensor, Tensor, Tensor>)((x, i) => x.ScatterAdd(0, i.Reshape(2, 1), Tensor.Full([2, 1], 1))), 3).SetArgDisplayNames("ScatterAdd"),
        new TestCaseData((Func<Tensor, Tensor, Tensor>)((_, i) => i.OneHot(4)), 4).SetArgDisplayNames("OneHot"),
    ];

    [TestCaseSource(nameof(IndexedOperations))]
    public void An_index_out_of_range_is_an_error_that_names_it_and_the_extent(Func<Tensor, Tensor, Tensor> operation, int extent)
    {
        using var device = Device.Open(deviceName);
        using var function = new Function(device, x => [operation(x[0], x[1])]);
        foreach (var index in new long[] { extent, -1 })
            Assert.That(
                () => function.Run(Table, TensorData.From([2], 0L, index)),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"index {index}").And.Message.Contains($"extent {extent}"));
    }

    [Test]
    public void The_part_at_the_padding_index_takes_no_gradient()
    {
        using var device = Device.Open(deviceName);
        using var function = new Function(device, x => Gradients.Of(x[0].IndexSelect(0, x[1], paddingIndex: 1).Sum(), [x[0]]));
        var gradient = function.Run(Table, TensorData.From([4], 2L, 1, 1, 2))[0];
        Assert.That(gradient.ToDoubles(), Is.EqualTo([0, 0, 0, 0, 2, 2]));
    }

    [Test]
    public void Positions_of_a_slice_count_from_the_end_when_negative_and_stop_at_the_end()
    {
        using var device = Device.Open(deviceName);
        using var function = new Function(device, x => [x[0].Slice(0, -2), x[0].Slice(0, 1, 100), x[0].Slice(1, -1, -3)]);
        var results = function.Run(Table);
        Assert.That(results[0].ToDoubles(), Is.EqualTo([3, 4, 5, 6]));
        Assert.That(results[1].ToDoubles(), Is.EqualTo([3, 4, 5, 6]));
        Assert.That(results[2].Shape, Is.EqualTo(Shape.Create([3, 0])));
    }
}
