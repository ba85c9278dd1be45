using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>y[i, j, k] = x[i, index[i, j, k], k] for axis 1 of three: one element per index, as PyTorch's gather.</summary>
    /// <param name="Axis">The axis that the indices are of, counted from the front.</param>
    public sealed record Gather(int Axis) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Gather(0), Draw.Normal([5, 4]), Draw.Integers([3, 4], ElementType.Int64, 0, 4)),
            new(new Gather(1), Draw.Normal([5, 4]), Draw.Integers([5, 7], ElementType.Int64, 0, 3)),
            new(new Gather(1), Draw.Normal([5, 6, 3]), Draw.Integers([4, 9, 2], ElementType.Int64, 0, 5)),
            new(new Gather(1), Draw.Normal([6, 10]), Draw.Integers([6, 1], ElementType.Int64, 0, 9)),
            new(new Gather(0), Draw.Integers([9], ElementType.Int64, -9, 9), Draw.Integers([20], ElementType.Int64, 0, 8)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 2, 2);
            var axis = inputs[0].Shape.Axis(Axis);
            if (inputs[1].ElementType != ElementType.Int64 || !Indices.Fits(inputs[1].Shape, inputs[0].Shape, axis))
                throw Mismatch(inputs, $"the second must be i64, of the same rank, and no larger in any axis but {axis}");
            return [inputs[0] with { Shape = inputs[1].Shape }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, indices) = (arguments.X, arguments.Inputs[1]);
            foreach (var at in indices.Indices())
                arguments.Y[at] = x[Indices.Place(this, indices, at, Axis, x.Shape[Axis])];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [Tensor.Full(d.X.Shape, 0, d.X.ElementType).ScatterAdd(Axis, d.Inputs[1], d.Dy), null];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (shape, indexShape, size) = (lowering.Inputs[0].Shape, lowering.Inputs[1].Shape, lowering.Inputs[0].ElementType.SizeInBytes());
            return new CpuKernel(arguments =>
            {
                var indices = arguments.Input<long>(1);
                var invalid = Cpu.Gather.Run(arguments.Pool, arguments.Input<byte>(0), shape.AsSpan(), indices, indexShape.AsSpan(), Axis, arguments.Output<byte>(0), size);
                if (invalid >= 0)
                    throw Indices.OutOfRange(this, indices[invalid], shape[Axis]);
            });
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>y[i, j, k] = x[i, indices[i, j, k], k] for axis 1 of three: one element of this tensor per index.</summary>
        /// <param name="axis">The axis that the indices are of; a negative one counts from the end.</param>
        /// <param name="indices">i64 or i32, as many axes as this tensor, and no larger in any but the axis. An index out of range is an error when the function runs; accelerators, which can't raise one, give NaN for its element, or 0 if elements are integers.</param>
        /// <exception cref="ShapeException">The indices do not fit, or the tensor has no such axis.</exception>
        public Tensor Gather(int axis, Tensor indices) => Graphs.Node.Apply(new Operations.Gather(Shape.Axis(axis)), this, Operations.Indices.AsInt64(indices));
    }
}
