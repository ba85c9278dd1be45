using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = x, then y[i, index[i, j, k], k] += source[i, j, k] for axis 1 of three, as PyTorch's scatter_add; what meets at one
    /// place is added in the order of the source.
    /// </summary>
    /// <param name="Axis">The axis that the indices are of, counted from the front.</param>
    public sealed record ScatterAdd(int Axis) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new ScatterAdd(0), Draw.Normal([5, 4]), Draw.Integers([13, 4], ElementType.Int64, 0, 4), Draw.Normal([13, 4])),
            new(new ScatterAdd(1), Draw.Normal([5, 4]), Draw.Integers([5, 11], ElementType.Int64, 0, 3), Draw.Normal([5, 11])),
            new(new ScatterAdd(1), Draw.Normal([5, 6, 3]), Draw.Integers([4, 9, 2], ElementType.Int64, 0, 5), Draw.Normal([4, 9, 2])),
            new(new ScatterAdd(1), Draw.Normal([6, 10]), Draw.Integers([6, 1], ElementType.Int64, 0, 9), Draw.Normal([6, 1])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 3, 3);
            ExpectFloat(inputs, 0, 2);
            var axis = inputs[0].Shape.Axis(Axis);
            if (inputs[1].ElementType != ElementType.Int64 || inputs[2] != inputs[0] with { Shape = inputs[1].Shape } || !Indices.Fits(inputs[1].Shape, inputs[0].Shape, axis))
                throw Mismatch(inputs, $"the second must be i64, of the shape of the third, and no larger than the first in any axis but {axis}; the first and the third must have one element type");
            return [inputs[0]];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, indices, source, y) = (arguments.X, arguments.Inputs[1], arguments.Inputs[2], arguments.Y);
            x.Values.CopyTo(y.Values);
            foreach (var at in indices.Indices())
                y[Indices.Place(this, indices, at, Axis, x.Shape[Axis])] += source[at];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy, null, d.Dy.Gather(Axis, d.Inputs[1])];

        // The first input is copied before anything is added.
        internal override bool MayOverwrite(int output, int input) => input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[2].Shape.ElementCount;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (shape, indexShape, bytes) = (lowering.Inputs[0].Shape, lowering.Inputs[1].Shape, lowering.Inputs[0].SizeInBytes);
            return new CpuKernel(arguments =>
            {
                var x = arguments.Input<float>(0);
                var indices = arguments.Input<long>(1);
                var y = arguments.Output<float>(0);
                if (x != y)
                    Buffer.MemoryCopy(x, y, bytes, bytes);
                var invalid = Cpu.ScatterAdd.Run(arguments.Pool, arguments.Input<float>(2), indices, indexShape.AsSpan(), Axis, y, shape.AsSpan());
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
        /// <summary>This tensor with source[i, j, k] added to its element [i, indices[i, j, k], k], for axis 1 of three. Deterministic.</summary>
        /// <param name="axis">The axis that the indices are of; a negative one counts from the end.</param>
        /// <param name="indices">i64 or i32, as many axes as this tensor, and no larger in any but the axis. An index out of range is an error when the function runs; accelerators, which can't raise one, give NaN for the first element of its line along the axis.</param>
        /// <param name="source">What is added, of the indices' shape.</param>
        /// <exception cref="ShapeException">The indices or the source do not fit, or the tensor has no such axis.</exception>
        public Tensor ScatterAdd(int axis, Tensor indices, Tensor source) =>
            Graphs.Node.Apply(new Operations.ScatterAdd(Shape.Axis(axis)), this, Operations.Indices.AsInt64(indices), source);
    }
}
