using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Normalization;

namespace ComputeCore.Operations;

/// <summary>
/// The gradients of <see cref="BatchNormalization"/> with respect to x, weight and bias, from dy, x, mean, rstd and weight; the
/// statistics depend on x, and that is accounted for.
/// </summary>
public sealed record BatchNormalizationGradient : Operation, ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new BatchNormalizationGradient(), Draw.Normal([3, 4, 5, 5]), Draw.Normal([3, 4, 5, 5]), Draw.Normal([4], deviation: 0.1), Draw.Uniform([4], 0.5, 2), Draw.Normal([4])),
        new(new BatchNormalizationGradient(), Draw.Normal([8, 19]), Draw.Normal([8, 19]), Draw.Normal([19], deviation: 0.1), Draw.Uniform([19], 0.5, 2), Draw.Normal([19])),
        new(new BatchNormalizationGradient(), Draw.Normal([2, 3, 37]), Draw.Normal([2, 3, 37]), Draw.Normal([3], deviation: 0.1), Draw.Uniform([3], 0.5, 2), Draw.Normal([3])),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 5, 5);
        ExpectFloat(inputs, 0);
        var x = inputs[0].Shape;
        if (x.Rank < 2 || inputs[1].Shape != x || inputs.Skip(2).Any(input => input.Shape != [x[1]]))
            throw Mismatch(inputs, "dy and x must have one shape [N, C, ...], and mean, rstd and weight [C]");
        var channels = inputs[0] with { Shape = [x[1]] };
        return [inputs[0], channels, channels];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        for (var channel = 0; channel < arguments.X.Shape[1]; channel++)
        {
            var (mean, rstd, weight) = (arguments.Inputs[2].Values[channel], arguments.Inputs[3].Values[channel], arguments.Inputs[4].Values[channel]);
            var dy = BatchNormalization.Channel(arguments.X, channel);
            double[] normalized = [.. BatchNormalization.Channel(arguments.Inputs[1], channel).Select(x => (x - mean) * rstd)];
            arguments.Outputs[1].Values[channel] = dy.Zip(normalized, (a, b) => a * b).Sum();
            arguments.Outputs[2].Values[channel] = dy.Sum();
            double[] dx = [.. dy.Select(value => value * weight)];
            Moments.Gradient(dx, normalized, rstd);
            BatchNormalization.SetChannel(arguments.Y, channel, dx);
        }
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (batch, channels, inner) = AxisLines.Cut(lowering.Inputs[0].Shape, 1);
        return new CpuKernel(arguments => new BatchNormBackward
        {
            OutputGradient = arguments.Input<float>(0),
            Input = arguments.Input<float>(1),
            Mean = arguments.Input<float>(2),
            Rstd = arguments.Input<float>(3),
            Weight = arguments.Input<float>(4),
            InputGradient = arguments.Output<float>(0),
            WeightGradient = arguments.Output<float>(1),
            BiasGradient = arguments.Output<float>(2),
            Batch = batch,
            Channels = channels,
            Inner = inner,
        }.Run(arguments.Pool));
    }

    internal override bool MayOverwrite(int output, int input) => output == 0 && input == 0;

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 11.0 * inputs[0].Shape.ElementCount;
}
