using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Reduction;

namespace ComputeCore.Operations
{
    /// <summary>Σx² over some axes, which are kept with extent 1: the square of the Euclidean norm.</summary>
    /// <param name="Axes">The axes, counted from the front and sorted.</param>
    public sealed record SumOfSquares(Axes Axes) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new SumOfSquares([0, 1]), Draw.Normal([37, 19])),
            new(new SumOfSquares([0]), Draw.Normal([1029])),
            new(new SumOfSquares([1]), Draw.Normal([5, 300])),
            new(new SumOfSquares([0, 2]), Draw.Normal([4, 3, 5])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            return [inputs[0] with { Shape = Reductions.ShapeOf(inputs[0].Shape, Axes) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, y) = (arguments.X, arguments.Y);
            y.Values.Clear();
            foreach (var index in x.Indices())
                y[Reductions.Kept(index, Axes)] += x[index] * x[index];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy * (2 * d.X)];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 2.0 * inputs[0].Shape.ElementCount;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = Reductions.CpuShape(lowering, Axes);
            return new CpuKernel(a => Cpu.Reduce.SumOfSquares(a.Pool, a.Input<float>(0), a.Output<float>(0), shape, a.Workspace)) { WorkspaceBytes = Cpu.Reduce.WorkspaceBytes(shape) };
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The sum of the squares over some axes, or over all when none is named.</summary>
        /// <param name="axes">The axes; negative ones count from the end.</param>
        /// <param name="keepAxes">Whether they stay with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or is not floating point.</exception>
        public Tensor SumOfSquares(Axes axes = default, bool keepAxes = false)
        {
            var normalized = axes.Normalize(Shape);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.SumOfSquares(normalized), this), normalized, keepAxes);
        }
    }
}
