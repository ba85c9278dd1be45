using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Reduction;

namespace ComputeCore.Operations
{
    /// <summary>The sum over some axes, which are kept with extent 1.</summary>
    /// <param name="Axes">The axes, counted from the front and sorted.</param>
    public sealed record Sum(Axes Axes) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Sum([0, 1]), Draw.Normal([37, 19])),
            new(new Sum([1]), Draw.Normal([5, 300])),
            new(new Sum([0]), Draw.Normal([300, 5])),
            new(new Sum([0, 2, 3]), Draw.Normal([4, 3, 5, 7])),
            new(new Sum([1, 3]), Draw.Normal([2, 3, 4, 5])),
            new(new Sum([0]), Draw.Integers([9, 4], ElementType.Int64, -5, 5)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (!inputs[0].ElementType.IsFloatingPoint() && inputs[0].ElementType != ElementType.Int64)
                throw Mismatch(inputs, "integers are summed as i64; convert them with Cast");
            return [inputs[0] with { Shape = Reductions.ShapeOf(inputs[0].Shape, Axes) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, y) = (arguments.X, arguments.Y);
            y.Values.Clear();
            foreach (var index in x.Indices())
                y[Reductions.Kept(index, Axes)] += x[index];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy.BroadcastTo(d.X.Shape)];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = Reductions.CpuShape(lowering, Axes);
            return lowering.Inputs[0].ElementType == ElementType.Int64
                ? new CpuKernel(a => Cpu.IntegerReduce.Sum(a.Pool, a.Input<long>(0), a.Output<long>(0), shape))
                : new CpuKernel(a => Cpu.Reduce.Sum(a.Pool, a.Input<float>(0), a.Output<float>(0), shape, a.Workspace)) { WorkspaceBytes = Cpu.Reduce.WorkspaceBytes(shape) };
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The sum over some axes, or over all when none is named. Integers and truth values are summed as i64.</summary>
        /// <param name="axes">The axes; negative ones count from the end.</param>
        /// <param name="keepAxes">Whether they stay with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis.</exception>
        public Tensor Sum(Axes axes = default, bool keepAxes = false)
        {
            var normalized = axes.Normalize(Shape);
            var summands = ElementType.IsFloatingPoint() ? this : Cast(ElementType.Int64);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.Sum(normalized), summands), normalized, keepAxes);
        }

        /// <summary>Sums over the axes along which a tensor of the given shape was broadcast to this one's: the reverse of broadcasting.</summary>
        /// <exception cref="ShapeException">The shape does not broadcast to this tensor's.</exception>
        public Tensor SumTo(Shape shape)
        {
            if (shape == Shape)
                return this;
            var added = Rank - shape.Rank;
            var axes = Enumerable.Range(0, Rank).Where(axis => axis < added || (shape[axis - added] == 1 && Shape[axis] != 1)).ToArray();
            return (axes.Length == 0 ? this : Sum(Axes.Create(axes), keepAxes: true)).Reshape(shape);
        }
    }
}
