using ComputeCore.Accelerators;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Elementwise;

/// <summary>Chains of element-wise operations over all kinds of broadcasts.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class ElementwiseTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    [TestCase(new[] { 3, 4, 5, 6, 2, 3 }, new[] { 4, 1, 6, 1, 3 }, new[] { 3, 1, 5, 1, 2, 1 })]
    [TestCase(new[] { 7, 1, 300 }, new[] { 7, 5, 1 }, new[] { 300 })]
    [TestCase(new[] { 1 }, new[] { 1, 1 }, new[] { 1 })]
    [TestCase(new[] { 1000 }, new[] { 33, 1 }, new int[0])]
    [TestCase(new[] { 2, 1, 3, 1, 5, 1, 7 }, new[] { 2, 2, 1, 3, 1, 4, 1 }, new[] { 1, 2, 3, 1, 5, 4, 7 })]
    [TestCase(new[] { 64, 32, 14, 14 }, new[] { 32, 1, 1 }, new[] { 1, 32, 1, 1 })]
    public void Inputs_of_three_shapes_broadcast(int[] a, int[] b, int[] c)
    {
        // (a > b) ? a · b : c + a, in one kernel.
        var fused = new FusedElementwise(
            3,
            [new(new Greater(), [0, 1]), new(new Multiply(), [0, 1]), new(new Add(), [2, 0]), new(new Where(), [3, 4, 5])],
            [6]);
        Check(fused, Draw.Normal(Shape.Create(a)), Draw.Normal(Shape.Create(b)), Draw.Normal(Shape.Create(c)));
    }

    [Test]
    public void Random_shapes_broadcast([Range(1, 30)] int seed)
    {
        var random = new Random(seed);
        int[] full = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => random.Next(1, 7))];
        Check(new Subtract(), Draw.Normal(Thinned()), Draw.Normal(Thinned()));

        Shape Thinned() => Shape.Create([.. full.Select(extent => random.Next(3) == 0 ? 1 : extent).Skip(random.Next(full.Length))]);
    }

    [Test]
    public void A_chain_may_have_many_inputs_and_results()
    {
        const int Inputs = 10;
        var instructions = Enumerable.Range(0, Inputs - 1).Select(i => new FusedInstruction(new Add(), i == 0 ? [0, 1] : [Inputs + i - 1, i + 1]));
        var fused = new FusedElementwise(Inputs, EquatableArray.Create<FusedInstruction>([.. instructions]), [Inputs, Inputs + 4, 2 * Inputs - 2]);
        Check(fused, [.. Enumerable.Range(0, Inputs).Select(i => Draw.Normal(i % 2 == 0 ? [50, 77] : i % 3 == 0 ? [77] : [50, 1]))]);
    }

    [Test]
    public void More_elements_than_a_row_of_groups_holds_are_computed()
    {
        const int Count = 17_000_001;
        var (x, y) = (new TensorData(new TensorType(ElementType.UInt8, [Count])), new TensorData(new TensorType(ElementType.UInt8, [Count])));
        for (var i = 0; i < Count; i++)
            (x.Bytes[i], y.Bytes[i]) = ((byte)i, (byte)(i / 3));
        var sum = Runner.Run(Device, new Add(), x, y)[0].Bytes;
        for (var i = 0; i < Count; i++)
            if (sum[i] != (byte)(i + i / 3))
                Assert.Fail($"element {i} is {sum[i]}");
    }

    [Test]
    public void Comparisons_of_truth_values_hold_for_all_four_pairs([Values] bool a, [Values] bool b)
    {
        ElementwiseOperation[] operations = [new Equal(), new NotEqual(), new Less(), new LessOrEqual(), new Greater(), new GreaterOrEqual(), new LogicalAnd(), new LogicalOr()];
        foreach (var operation in operations)
            Check(operation, Draw.Values([1], ElementType.Bool, a ? 1 : 0), Draw.Values([1], ElementType.Bool, b ? 1 : 0));
    }

    private void Check(Operation operation, params Draw[] inputs) => Conformance.CheckResults(Device, new Sample(operation, inputs));
}
