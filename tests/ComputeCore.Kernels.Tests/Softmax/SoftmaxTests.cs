using ComputeCore.Accelerators;
using ComputeCore.Kernels.Softmax;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;
using SoftmaxOperation = ComputeCore.Operations.Softmax;

namespace ComputeCore.Kernels.Tests.Softmax;

/// <summary>Softmax and cross-entropy of lines short and long, alone and as neighbours.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class SoftmaxTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    private static readonly (int[] Shape, int Axis)[] Shapes = [([5, 1], 1), ([3, 5_003], 1), ([1_000, 10], 1), ([4, 65, 33], 1), ([700, 3], 0), ([2, 3, 257, 2], 2)];

    [Test]
    public void Lines_of_any_length_are_right([Range(0, 5)] int shape)
    {
        var (extents, axis) = Shapes[shape];
        var x = Draw.Normal(Shape.Create(extents), deviation: 4);
        Check(new SoftmaxOperation(axis), x);
        Check(new LogSoftmax(axis), x);
        Check(new SoftmaxGradient(axis), Draw.Normal(x.Type.Shape), Draw.Uniform(x.Type.Shape, 0, 2.0 / extents[axis]));
        Check(new LogSoftmaxGradient(axis), Draw.Normal(x.Type.Shape), Draw.Uniform(x.Type.Shape, -30, -20));
    }

    [Test]
    public void A_line_with_NaN_is_NaN_and_others_are_not()
    {
        var result = Runner.Run(Device, new SoftmaxOperation(1), TensorData.From([2, 3], 1f, float.NaN, 2f, 1f, 2f, 3f))[0].ToDoubles();
        Assert.That(result[..3], Is.All.NaN);
        Assert.That(result[3..].Sum(), Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void The_fast_kernel_agrees_with_the_naive_one([Range(0, 5)] int shape)
    {
        var (extents, axis) = Shapes[shape];
        var (outer, extent, inner) = AxisLines.Cut(Shape.Create(extents), axis);
        var launch = new LineLaunch(outer, extent, inner);
        using var x = Device.AllocateBuffer<float>(outer * extent * inner);
        using var expected = Device.AllocateBuffer<float>(x.Length);
        using var result = Device.AllocateBuffer<float>(x.Length);
        var random = new Random(2);
        x.Write([.. Enumerable.Range(0, x.Length).Select(_ => 5 * random.NextSingle())]);
        Device.Launch(SoftmaxKernels.Dispatch.SoftmaxNaive(Extent.Cover(launch.Lines, 64), 64, x.View, expected.View, extent, inner, launch.Lines));
        Device.Launch(SoftmaxKernels.Dispatch.Softmax(launch.Grid, LineLaunch.GroupSize, x.View, result.View, extent, inner, launch.Lines, launch.Width));
        Assert.That(result.ToArray(), Is.EqualTo(expected.ToArray()).Within(0.0005).Percent);
    }

    [TestCase(LossReduction.Mean)]
    [TestCase(LossReduction.Sum)]
    [TestCase(LossReduction.None)]
    public void Cross_entropy_of_many_classes_and_samples_is_right(LossReduction reduction)
    {
        foreach (var (shape, samples) in new (Shape, Shape)[] { ([33, 4_099], [33]), ([3_000, 10], [3_000]), ([20, 11, 70], [20, 70]) })
        {
            var operation = new CrossEntropy(reduction, 3, 0.1, true);
            Draw[] inputs =
            [
                Draw.Normal(shape, deviation: 3), Draw.Integers(samples, ElementType.Int64, 0, 9), Draw.Uniform([shape[1]], 0.5, 2),
            ];
            var loss = operation.Infer([.. inputs.Select(input => input.Type)])[0].Shape;
            Check(operation, inputs);
            Check(new CrossEntropyGradient(reduction, 3, 0.1, true), [Draw.Normal(loss), .. inputs]);
        }
    }

    [Test]
    public void A_target_that_is_no_class_makes_the_loss_NaN([Values(-1, 3)] int target)
    {
        var loss = Runner.Run(
            Device, new CrossEntropy(LossReduction.Mean, -100, 0, false), TensorData.From([2, 3], 1f, 2f, 3f, 1f, 2f, 3f), TensorData.From([2], 0L, (long)target))[0];
        Assert.That(loss.ToDoubles(), Is.All.NaN);
    }

    private void Check(Operation operation, params Draw[] inputs) => Conformance.CheckResults(Device, new Sample(operation, inputs));
}
