using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Normalization;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = (x − mean) · rstd · weight + bias for each channel, the second axis, with the batch's own mean and
    /// rstd = 1 / √(variance + ε) (Ioffe, Szegedy, "Batch Normalization", 2015). The results are y, and mean, rstd and the
    /// biased variance of each channel.
    /// </summary>
    /// <param name="Epsilon">ε, added to the variance.</param>
    public sealed record BatchNormalization(double Epsilon) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new BatchNormalization(1e-5), Draw.Normal([3, 4, 5, 5], mean: 2), Draw.Normal([4], mean: 1), Draw.Normal([4])),
            new(new BatchNormalization(1e-5), Draw.Normal([8, 19], mean: -1), Draw.Normal([19]), Draw.Normal([19])),
            new(new BatchNormalization(1e-3), Draw.Normal([2, 3, 37]), Draw.Normal([3]), Draw.Normal([3])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 3, 3);
            ExpectFloat(inputs, 0);
            var x = inputs[0].Shape;
            if (x.Rank < 2)
                throw Mismatch(inputs, $"{x} must be [N, C, ...]");
            var channels = inputs[0] with { Shape = [x[1]] };
            if (inputs[1] != channels || inputs[2] != channels)
                throw Mismatch(inputs, $"weight and bias must be {channels}, a number for each channel");
            if (x.ElementCount <= x[1])
                throw Mismatch(inputs, $"normalizing by a batch's own statistics needs more than one value in each channel, but {x} holds {(x[1] == 0 ? 0 : x.ElementCount / x[1])}");
            return [inputs[0], channels, channels, channels];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, y) = (arguments.X, arguments.Y);
            for (var channel = 0; channel < x.Shape[1]; channel++)
            {
                var values = Channel(x, channel);
                var (mean, rstd) = Moments.Of(values, Epsilon);
                var (weight, bias) = (arguments.Inputs[1].Values[channel], arguments.Inputs[2].Values[channel]);
                SetChannel(y, channel, [.. values.Select(value => (value - mean) * rstd * weight + bias)]);
                arguments.Outputs[1].Values[channel] = mean;
                arguments.Outputs[2].Values[channel] = rstd;
                arguments.Outputs[3].Values[channel] = 1 / (rstd * rstd) - Epsilon;
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (x, mean, rstd) = (d.X, d.Outputs[1], d.Outputs[2]);
            var dy = d.OutputGradients[0] ?? Tensor.Full(x.Shape, 0, x.ElementType);
            var gradients = Node.ApplyMany(new BatchNormalizationGradient(), dy, x, mean, rstd, d.Inputs[1]);
            var dx = Moments.AddStatisticsGradient(gradients[0], x, mean, rstd, PerChannel(x.Shape), d.OutputGradients[1], d.OutputGradients[2], d.OutputGradients[3]);
            return [dx, gradients[1], gradients[2]];
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (batch, channels, inner) = AxisLines.Cut(lowering.Inputs[0].Shape, 1);
            var epsilon = (float)Epsilon;
            return new CpuKernel(arguments => new BatchNormForward
            {
                Input = arguments.Input<float>(0),
                Weight = arguments.Input<float>(1),
                Bias = arguments.Input<float>(2),
                Output = arguments.Output<float>(0),
                Mean = arguments.Output<float>(1),
                Rstd = arguments.Output<float>(2),
                Variance = arguments.Output<float>(3),
                Batch = batch,
                Channels = channels,
                Inner = inner,
                Epsilon = epsilon,
            }.Run(arguments.Pool));
        }

        internal override bool MayOverwrite(int output, int input) => output == 0 && input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 7.0 * inputs[0].Shape.ElementCount;

        /// <summary>The shape in which a number for each channel broadcasts against [N, C, ...].</summary>
        internal static Shape PerChannel(Shape x) => Shape.Create([x[1], .. Enumerable.Repeat(1, x.Rank - 2)]);

        /// <summary>The elements of one channel.</summary>
        internal static double[] Channel(ReferenceTensor tensor, int channel) =>
            [.. tensor.Indices().Where(index => index[1] == channel).Select(index => tensor[index])];

        /// <summary>Sets the elements of one channel.</summary>
        internal static void SetChannel(ReferenceTensor tensor, int channel, double[] values)
        {
            var i = 0;
            foreach (var index in tensor.Indices().Where(index => index[1] == channel))
                tensor[index] = values[i++];
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// This tensor [N, C, ...] with mean 0 and variance 1 in each channel, then times a weight and plus a bias, as in
        /// training: (x − mean) / √(variance + ε) · weight + bias. The mean and the biased variance of each channel, [C], are
        /// returned for running statistics (PyTorch's take the variance times n / (n − 1) for n values in a channel).
        /// </summary>
        /// <param name="weight">A factor for each channel, [C].</param>
        /// <param name="bias">A number added to each channel, [C].</param>
        /// <param name="epsilon">ε, added to the variance.</param>
        /// <exception cref="ShapeException">Weight or bias have another shape, or a channel holds only one value.</exception>
        public (Tensor Result, Tensor Mean, Tensor Variance) BatchNormalization(Tensor weight, Tensor bias, double epsilon = 1e-5)
        {
            var results = Node.ApplyMany(new Operations.BatchNormalization(epsilon), this, weight, bias);
            return (results[0], results[1], results[3]);
        }

        /// <summary>
        /// This tensor [N, C, ...] normalized by given statistics, as in inference: (x − mean) / √(variance + ε) · weight + bias,
        /// computed as one multiplication and one addition.
        /// </summary>
        /// <param name="weight">A factor for each channel, [C].</param>
        /// <param name="bias">A number added to each channel, [C].</param>
        /// <param name="mean">The running mean, [C].</param>
        /// <param name="variance">The running variance, [C].</param>
        /// <param name="epsilon">ε, added to the variance.</param>
        /// <exception cref="ShapeException">The tensor is not [N, C, ...], or one of the others is not [C].</exception>
        public Tensor BatchNormalizationInference(Tensor weight, Tensor bias, Tensor mean, Tensor variance, double epsilon = 1e-5)
        {
            foreach (var statistic in (ReadOnlySpan<Tensor>)[weight, bias, mean, variance])
                if (Rank < 2 || statistic.Shape != [Shape[1]])
                    throw new ShapeException($"Batch normalization of {Type} takes weight, bias, mean and variance of one value for each channel, but one is {statistic.Type}.");
            var scale = weight / (variance + epsilon).Sqrt();
            var shift = bias - mean * scale;
            var perChannel = Operations.BatchNormalization.PerChannel(Shape);
            return this * scale.Reshape(perChannel) + shift.Reshape(perChannel);
        }
    }
}
