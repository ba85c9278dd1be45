using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>A new last axis that holds 1 at the place that the index names, and 0 elsewhere, as f32.</summary>
    /// <param name="Classes">The extent of the new axis.</param>
    public sealed record OneHot(int Classes) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new OneHot(10), Draw.Integers([8], ElementType.Int64, 0, 9)),
            new(new OneHot(6), Draw.Integers([3, 5], ElementType.Int64, 0, 3)),
            new(new OneHot(1), Draw.Integers([3], ElementType.Int64, 0, 0)),
            new(new OneHot(4), Draw.Integers([], ElementType.Int64, 0, 3)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (inputs[0].ElementType != ElementType.Int64)
                throw Mismatch(inputs, "the indices must be i64");
            return [new TensorType(ElementType.Float32, Shape.Create([.. inputs[0].Shape, Classes]))];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            arguments.Y.Values.Clear();
            foreach (var at in arguments.X.Indices())
                arguments.Y[[.. at, Indices.Checked(this, arguments.X[at], Classes)]] = 1;
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [null];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var count = checked((int)lowering.Inputs[0].Shape.ElementCount);
            return new CpuKernel(arguments =>
            {
                var indices = arguments.Input<long>(0);
                var invalid = Cpu.OneHot.Run(arguments.Pool, indices, arguments.Output<float>(0), count, Classes);
                if (invalid >= 0)
                    throw Indices.OutOfRange(this, indices[invalid], Classes);
            });
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>A new last axis that holds 1 at the place that this tensor's index names, and 0 elsewhere.</summary>
        /// <param name="classes">The extent of the new axis. An index out of range is an error when the function runs; accelerators, which can't raise one, give NaN for its row.</param>
        /// <param name="type">The result's element type.</param>
        /// <exception cref="ShapeException">This tensor is neither i64 nor i32.</exception>
        public Tensor OneHot(int classes, ElementType type = ElementType.Float32) => Graphs.Node.Apply(new Operations.OneHot(classes), Operations.Indices.AsInt64(this)).Cast(type);
    }
}
