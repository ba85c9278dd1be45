using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Normalization;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = (x − mean) · rstd (· weight) (+ bias) over the last axes, rstd = 1 / √(variance + ε) with the biased variance (Ba,
    /// Kiros, Hinton, "Layer Normalization", 2016). The results are y, and mean and rstd of the leading axes' shape.
    /// </summary>
    /// <param name="Axes">How many of the last axes are normalized together.</param>
    /// <param name="Epsilon">ε, added to the variance.</param>
    /// <param name="HasWeight">Whether there is a weight, the second input, of the normalized axes' shape.</param>
    /// <param name="HasBias">Whether there is a bias, the last input, of the same shape.</param>
    public sealed record LayerNormalization(int Axes, double Epsilon, bool HasWeight, bool HasBias) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new LayerNormalization(1, 1e-5, true, true), Draw.Normal([3, 4, 37], mean: 2), Draw.Normal([37], mean: 1), Draw.Normal([37])),
            new(new LayerNormalization(1, 1e-5, false, false), Draw.Normal([5, 16])),
            new(new LayerNormalization(1, 1e-5, true, false), Draw.Normal([2, 130]), Draw.Normal([130])),
            new(new LayerNormalization(1, 1e-5, false, true), Draw.Normal([2, 5]), Draw.Normal([5])),
            new(new LayerNormalization(2, 1e-3, true, true), Draw.Normal([4, 3, 5]), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
            new(new LayerNormalization(1, 1e-5, true, true), Draw.Normal([9], mean: -3), Draw.Normal([9]), Draw.Normal([9])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            var count = 1 + (HasWeight ? 1 : 0) + (HasBias ? 1 : 0);
            ExpectCount(inputs, count, count);
            ExpectFloat(inputs, 0);
            var x = inputs[0].Shape;
            if (Axes < 1 || Axes > x.Rank)
                throw Mismatch(inputs, $"{Axes} axes of a tensor of rank {x.Rank} can't be normalized");
            var (rows, columns) = Split(x, Axes);
            if (columns.ElementCount == 0)
                throw Mismatch(inputs, $"the axes {columns} to normalize hold no elements");
            if (inputs.Skip(1).Any(input => input != inputs[0] with { Shape = columns }))
                throw Mismatch(inputs, $"weight and bias must be {inputs[0] with { Shape = columns }}");
            return [inputs[0], inputs[0] with { Shape = rows }, inputs[0] with { Shape = rows }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var columns = (int)Split(arguments.X.Shape, Axes).Columns.ElementCount;
            var weight = HasWeight ? arguments.Inputs[1].Values : [];
            var bias = HasBias ? arguments.Inputs[^1].Values : [];
            for (var row = 0; row < arguments.Outputs[1].Values.Length; row++)
            {
                var x = arguments.X.Values.Slice(row * columns, columns);
                var y = arguments.Y.Values.Slice(row * columns, columns);
                var (mean, rstd) = Moments.Of(x, Epsilon);
                for (var i = 0; i < columns; i++)
                    y[i] = (x[i] - mean) * rstd * (HasWeight ? weight[i] : 1) + (HasBias ? bias[i] : 0);
                (arguments.Outputs[1].Values[row], arguments.Outputs[2].Values[row]) = (mean, rstd);
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (x, mean, rstd) = (d.X, d.Outputs[1], d.Outputs[2]);
            var dy = d.OutputGradients[0] ?? Tensor.Full(x.Shape, 0, x.ElementType);
            var gradients = Node.ApplyMany(new LayerNormalizationGradient(Axes, HasWeight, HasBias), HasWeight ? [dy, x, mean, rstd, d.Inputs[1]] : [dy, x, mean, rstd]);
            var kept = Shape.Create([.. mean.Shape, .. Enumerable.Repeat(1, Axes)]);
            return [Moments.AddStatisticsGradient(gradients[0], x, mean, rstd, kept, d.OutputGradients[1], d.OutputGradients[2]), .. gradients.Skip(1)];
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (rows, columns) = ((int)lowering.Outputs[1].Shape.ElementCount, (int)Split(lowering.Inputs[0].Shape, Axes).Columns.ElementCount);
            var (hasWeight, hasBias, bias, epsilon) = (HasWeight, HasBias, lowering.Inputs.Count - 1, (float)Epsilon);
            return new CpuKernel(arguments => new RowNormForward<Centered>
            {
                Input = arguments.Input<float>(0),
                Weight = hasWeight ? arguments.Input<float>(1) : null,
                Bias = hasBias ? arguments.Input<float>(bias) : null,
                Output = arguments.Output<float>(0),
                Mean = arguments.Output<float>(1),
                Rstd = arguments.Output<float>(2),
                Rows = rows,
                Columns = columns,
                Epsilon = epsilon,
            }.Run(arguments.Pool));
        }

        internal override bool MayOverwrite(int output, int input) => output == 0 && input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 7.0 * inputs[0].Shape.ElementCount;

        /// <summary>The axes that stay and those that are normalized.</summary>
        internal static (Shape Rows, Shape Columns) Split(Shape x, int axes) =>
            (Shape.Create(x.AsSpan()[..^axes]), Shape.Create(x.AsSpan()[^axes..]));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// This tensor with mean 0 and variance 1 over its last axes, then times a weight and plus a bias:
        /// (x − mean) / √(variance + ε) · weight + bias, with the biased variance.
        /// </summary>
        /// <param name="axes">How many of the last axes are normalized together.</param>
        /// <param name="weight">A factor for each place, of those axes' shape; none by default.</param>
        /// <param name="bias">A number added at each place, of the same shape; none by default.</param>
        /// <param name="epsilon">ε, added to the variance.</param>
        /// <exception cref="ShapeException">There are not so many axes, or weight or bias have another shape.</exception>
        public Tensor LayerNormalization(int axes, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            var operation = new Operations.LayerNormalization(axes, epsilon, weight is not null, bias is not null);
            return Node.Apply(operation, [.. new[] { this, weight, bias }.OfType<Tensor>()]);
        }
    }
}
