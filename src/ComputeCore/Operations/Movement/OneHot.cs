using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations
{
    /// <summary>A new last axis that holds 1 at the place that the index names, and 0 elsewhere.</summary>
    /// <param name="Classes">The extent of the new axis.</param>
    /// <param name="Type">The result's element type.</param>
    public sealed record OneHot(int Classes, ElementType Type) : Operation, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new OneHot(10, ElementType.Float32), Draw.Integers([8], ElementType.Int64, 0, 9)),
            new(new OneHot(6, ElementType.Float32), Draw.Integers([3, 5], ElementType.Int32, 0, 3)),
            new(new OneHot(1, ElementType.Float32), Draw.Integers([3], ElementType.Int64, 0, 0)),
            new(new OneHot(4, ElementType.Int64), Draw.Integers([], ElementType.Int64, 0, 3)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (!inputs[0].IsIndex())
                throw Mismatch(inputs, "the indices must be i64 or i32");
            return [new TensorType(Type, Shape.Create([.. inputs[0].Shape, Classes]))];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            arguments.Y.Values.Clear();
            foreach (var at in arguments.X.Indices())
                arguments.Y[[.. at, Indices.Checked(this, arguments.X[at], Classes)]] = 1;
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [null];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>A new last axis that holds 1 at the place that this tensor's index names, and 0 elsewhere.</summary>
        /// <param name="classes">The extent of the new axis. An index out of range is an error when the function runs.</param>
        /// <param name="type">The result's element type.</param>
        /// <exception cref="ShapeException">This tensor is neither i64 nor i32.</exception>
        public Tensor OneHot(int classes, ElementType type = ElementType.Float32) => Graphs.Node.Apply(new Operations.OneHot(classes, type), this);
    }
}
