using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Normalization;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = x · rstd (· weight) over the last axes, rstd = 1 / √(mean(x²) + ε) (Zhang, Sennrich, "Root Mean Square Layer
    /// Normalization", 2019). The results are y, and rstd of the leading axes' shape.
    /// </summary>
    /// <param name="Axes">How many of the last axes are normalized together.</param>
    /// <param name="Epsilon">ε, added to the mean of the squares.</param>
    /// <param name="HasWeight">Whether there is a weight, the second input, of the normalized axes' shape.</param>
    public sealed record RmsNormalization(int Axes, double Epsilon, bool HasWeight) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new RmsNormalization(1, 1e-5, true), Draw.Normal([3, 4, 37], mean: 2), Draw.Normal([37], mean: 1)),
            new(new RmsNormalization(1, 1e-6, false), Draw.Normal([5, 16])),
            new(new RmsNormalization(1, 1e-5, true), Draw.Normal([2, 130]), Draw.Normal([130])),
            new(new RmsNormalization(2, 1e-3, true), Draw.Normal([4, 3, 5]), Draw.Normal([3, 5])),
            new(new RmsNormalization(1, 1e-5, true), Draw.Normal([9], mean: -3), Draw.Normal([9])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            var count = HasWeight ? 2 : 1;
            ExpectCount(inputs, count, count);
            ExpectFloat(inputs, 0);
            var x = inputs[0].Shape;
            if (Axes < 1 || Axes > x.Rank)
                throw Mismatch(inputs, $"{Axes} axes of a tensor of rank {x.Rank} can't be normalized");
            var (rows, columns) = LayerNormalization.Split(x, Axes);
            if (columns.ElementCount == 0)
                throw Mismatch(inputs, $"the axes {columns} to normalize hold no elements");
            if (HasWeight && inputs[1] != inputs[0] with { Shape = columns })
                throw Mismatch(inputs, $"the weight must be {inputs[0] with { Shape = columns }}");
            return [inputs[0], inputs[0] with { Shape = rows }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var columns = (int)LayerNormalization.Split(arguments.X.Shape, Axes).Columns.ElementCount;
            var weight = HasWeight ? arguments.Inputs[1].Values : [];
            for (var row = 0; row < arguments.Outputs[1].Values.Length; row++)
            {
                var x = arguments.X.Values.Slice(row * columns, columns);
                var y = arguments.Y.Values.Slice(row * columns, columns);
                var mean = 0.0;
                foreach (var value in x)
                    mean += value * value / columns;
                var rstd = 1 / Math.Sqrt(mean + Epsilon);
                for (var i = 0; i < columns; i++)
                    y[i] = x[i] * rstd * (HasWeight ? weight[i] : 1);
                arguments.Outputs[1].Values[row] = rstd;
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (x, rstd) = (d.X, d.Outputs[1]);
            var dy = d.OutputGradients[0] ?? Tensor.Full(x.Shape, 0, x.ElementType);
            var gradients = Node.ApplyMany(new RmsNormalizationGradient(Axes, HasWeight), HasWeight ? [dy, x, rstd, d.Inputs[1]] : [dy, x, rstd]);
            var dx = gradients[0];
            if (d.OutputGradients[1] is { } drstd)
            {
                var columns = LayerNormalization.Split(x.Shape, Axes).Columns.ElementCount;
                dx -= (drstd * rstd * rstd * rstd / columns).Reshape([.. rstd.Shape, .. Enumerable.Repeat(1, Axes)]) * x;
            }

            return [dx, .. gradients.Skip(1)];
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (rows, columns) = ((int)lowering.Outputs[1].Shape.ElementCount, (int)LayerNormalization.Split(lowering.Inputs[0].Shape, Axes).Columns.ElementCount);
            var (hasWeight, epsilon) = (HasWeight, (float)Epsilon);
            return new CpuKernel(arguments => new RowNormForward<Uncentered>
            {
                Input = arguments.Input<float>(0),
                Weight = hasWeight ? arguments.Input<float>(1) : null,
                Bias = null,
                Output = arguments.Output<float>(0),
                Mean = null,
                Rstd = arguments.Output<float>(1),
                Rows = rows,
                Columns = columns,
                Epsilon = epsilon,
            }.Run(arguments.Pool));
        }

        internal override bool MayOverwrite(int output, int input) => output == 0 && input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>This tensor with a mean square of 1 over its last axes, then times a weight: x / √(mean(x²) + ε) · weight.</summary>
        /// <param name="axes">How many of the last axes are normalized together.</param>
        /// <param name="weight">A factor for each place, of those axes' shape; none by default.</param>
        /// <param name="epsilon">ε, added to the mean of the squares.</param>
        /// <exception cref="ShapeException">There are not so many axes, or the weight has another shape.</exception>
        public Tensor RmsNormalization(int axes, Tensor? weight = null, double epsilon = 1e-5) =>
            Node.Apply(new Operations.RmsNormalization(axes, epsilon, weight is not null), [.. new[] { this, weight }.OfType<Tensor>()]);
    }
}
