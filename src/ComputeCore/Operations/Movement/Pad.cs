using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>A tensor with a margin of one value.</summary>
    /// <param name="Before">How much is added before each axis.</param>
    /// <param name="After">How much is added after each axis.</param>
    /// <param name="Value">The value of the margin.</param>
    public sealed record Pad(Axes Before, Axes After, double Value = 0) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Pad([0, 1], [0, 2]), Draw.Normal([3, 5])),
            new(new Pad([0, 0, 1, 1], [0, 0, 1, 1]), Draw.Normal([2, 3, 4, 5])),
            new(new Pad([0, 0, 3, 0], [0, 0, 1, 2], -1.5), Draw.Normal([2, 3, 4, 5])),
            new(new Pad([3, 1], [4, 2], 7), Draw.Normal([2, 3])),
            new(new Pad([1], [2], -3), Draw.Integers([5], ElementType.Int64, -9, 9)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            var shape = inputs[0].Shape;
            if (Before.Count != shape.Rank || After.Count != shape.Rank || Before.Concat(After).Any(margin => margin < 0))
                throw Mismatch(inputs, $"the margins {Before} and {After} must be given for each axis and not be negative");
            return [inputs[0] with { Shape = Shape.Create([.. shape.Select((extent, axis) => checked(Before[axis] + extent + After[axis]))]) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            arguments.Y.Values.Fill(Value);
            foreach (var index in arguments.X.Indices())
                arguments.Y[[.. index.Select((i, axis) => i + Before[axis])]] = arguments.X[index];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [d.Dy.Slice(Before, Axes.Create([.. d.X.Shape.Select((extent, axis) => Before[axis] + extent)]))];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (size, shape) = (lowering.Inputs[0].ElementType.SizeInBytes(), lowering.Inputs[0].Shape);
            var value = new byte[size];
            ElementConversion.FromDoubles(lowering.Inputs[0].ElementType, [Value], value);
            return new CpuKernel(arguments =>
            {
                fixed (byte* margin = value)
                    Cpu.Pad.Run(arguments.Pool, arguments.Input<byte>(0), shape.AsSpan(), Before.AsSpan(), After.AsSpan(), margin, arguments.Output<byte>(0), size);
            });
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>This tensor with a margin of one value.</summary>
        /// <param name="before">How much is added before each axis, in the order of the axes.</param>
        /// <param name="after">How much is added after each axis.</param>
        /// <param name="value">The value of the margin.</param>
        /// <exception cref="ShapeException">There are not as many margins as axes, or one is negative.</exception>
        public Tensor Pad(Axes before, Axes after, double value = 0) => Graphs.Node.Apply(new Operations.Pad(before, after, value), this);
    }
}
