using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations
{
    /// <summary>A tensor repeated along the axes in which it has extent 1, or none.</summary>
    /// <param name="Shape">The shape to fill.</param>
    public sealed record BroadcastTo(Shape Shape) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new BroadcastTo([4, 3, 5]), Draw.Normal([3, 1])),
            new(new BroadcastTo([7]), Draw.Normal([])),
            new(new BroadcastTo([2, 3]), Draw.Integers([1, 3], ElementType.Int64, 0, 9)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (Shape.Broadcast(inputs[0].Shape, Shape) != Shape)
                throw Mismatch(inputs, $"it does not broadcast to {Shape}");
            return [inputs[0] with { Shape = Shape }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var i = 0;
            foreach (var index in arguments.Y.Indices())
                arguments.Y.Values[i++] = arguments.X.Broadcast(index);
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy.SumTo(d.X.Shape)];

        CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var source = lowering.Inputs[0].Shape;
            var strides = source.Strides();
            var added = Shape.Rank - source.Rank;
            long[] sourceStrides = [.. Enumerable.Range(0, Shape.Rank).Select(axis => axis < added || source[axis - added] == 1 ? 0 : strides[axis - added])];
            return StridedCopies.ToKernel(lowering.Outputs[0], Shape, 0, sourceStrides, 0, Shape.Strides());
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>This tensor repeated to fill a shape, by NumPy's rule.</summary>
        /// <exception cref="ShapeException">It does not broadcast to the shape.</exception>
        public Tensor BroadcastTo(Shape shape) => shape == Shape ? this : Graphs.Node.Apply(new Operations.BroadcastTo(shape), this);
    }
}
