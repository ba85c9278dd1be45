using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>
    /// Whole parts of a tensor, chosen by their index along an axis: the axis is replaced by the axes of the indices. With axis
    /// 0 of a matrix, this looks up rows, as an embedding does.
    /// </summary>
    /// <param name="Axis">The axis that the indices are of, counted from the front.</param>
    /// <param name="PaddingIndex">An index whose part takes no gradient, as what fills up short sequences must not be learned.</param>
    public sealed record IndexSelect(int Axis, int? PaddingIndex = null) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new IndexSelect(0), Draw.Normal([7, 5]), Draw.Integers([10], ElementType.Int64, 0, 6)),
            new(new IndexSelect(0), Draw.Normal([11, 16]), Draw.Integers([3, 5], ElementType.Int64, 0, 10)),
            new(new IndexSelect(1), Draw.Normal([2, 6, 3, 3]), Draw.Integers([4], ElementType.Int64, 0, 5)),
            new(new IndexSelect(2), Draw.Normal([2, 3, 9]), Draw.Integers([12], ElementType.Int64, 0, 8)),
            new(new IndexSelect(0), Draw.Normal([8]), Draw.Integers([], ElementType.Int64, 0, 7)),
            new(new IndexSelect(0), Draw.Integers([7, 2], ElementType.Int64, -9, 9), Draw.Integers([4], ElementType.Int64, 0, 6)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 2, 2);
            if (inputs[1].ElementType != ElementType.Int64)
                throw Mismatch(inputs, "the indices must be i64");
            var (extents, axis) = (inputs[0].Shape.ToArray(), inputs[0].Shape.Axis(Axis));
            return [inputs[0] with { Shape = Shape.Create([.. extents[..axis], .. inputs[1].Shape, .. extents[(axis + 1)..]]) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, indices) = (arguments.X, arguments.Inputs[1]);
            foreach (var at in arguments.Y.Indices())
            {
                var end = Axis + indices.Shape.Rank;
                var index = Indices.Checked(this, indices[at.AsSpan(Axis..end)], x.Shape[Axis]);
                arguments.Y[at] = x[[.. at[..Axis], index, .. at[end..]]];
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (indices, dy) = (d.Inputs[1], d.Dy);
            if (PaddingIndex is { } padding)
            {
                var perPart = Shape.Create([.. indices.Shape, .. Enumerable.Repeat(1, d.X.Rank - Axis - 1)]);
                dy = indices.EqualTo(padding).Reshape(perPart).Where(dy.ScalarLike(0), dy);
            }

            return [Graphs.Node.Apply(new IndexAdd(Axis, d.X.Shape[Axis]), indices, dy), null];
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (outer, extent, inner) = lowering.Inputs[0].Shape.Around(Axis);
            var (count, size) = (checked((int)lowering.Inputs[1].Shape.ElementCount), lowering.Inputs[0].ElementType.SizeInBytes());
            return new CpuKernel(arguments =>
            {
                var indices = arguments.Input<long>(1);
                var invalid = Cpu.IndexSelect.Run(arguments.Pool, arguments.Input<byte>(0), indices, arguments.Output<byte>(0), outer, extent, count, inner, size);
                if (invalid >= 0)
                    throw Indices.OutOfRange(this, indices[invalid], extent);
            });
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Whole parts of this tensor, chosen by their index along an axis, which is replaced by the axes of the indices. With axis 0 of a matrix, this looks up rows, as an embedding does.</summary>
        /// <param name="axis">The axis that the indices are of; a negative one counts from the end.</param>
        /// <param name="indices">i64 or i32, of any shape. An index out of range is an error when the function runs; accelerators, which can't raise one, give NaN for its part, or 0 if elements are integers.</param>
        /// <param name="paddingIndex">An index whose part takes no gradient, as what fills up short sequences must not be learned.</param>
        /// <exception cref="ShapeException">The indices are no integers, or the tensor has no such axis.</exception>
        public Tensor IndexSelect(int axis, Tensor indices, int? paddingIndex = null) =>
            Graphs.Node.Apply(new Operations.IndexSelect(Shape.Axis(axis), paddingIndex), this, Operations.Indices.AsInt64(indices));
    }
}
