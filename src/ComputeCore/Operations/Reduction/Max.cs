using ComputeCore.Devices.Cpu;
using Cpu = ComputeCore.Kernels.Cpu.Reduction;

namespace ComputeCore.Operations
{
    /// <summary>The largest element over some axes, which are kept with extent 1; NaN if there is one.</summary>
    /// <param name="Axes">The axes, counted from the front and sorted.</param>
    public sealed record Max(Axes Axes) : Extremum(Axes), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(axes => new Max(axes));

        private protected override double Choose(double a, double b) => Math.Max(a, b);

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = Reductions.CpuShape(lowering, Axes);
            return lowering.Inputs[0].ElementType switch
            {
                ElementType.Float32 => new CpuKernel(a => Cpu.Reduce.Max(a.Pool, a.Input<float>(0), a.Output<float>(0), shape, a.Workspace)) { WorkspaceBytes = Cpu.Reduce.WorkspaceBytes(shape) },
                ElementType.Int32 => new CpuKernel(a => Cpu.IntegerReduce.Max(a.Pool, a.Input<int>(0), a.Output<int>(0), shape)),
                ElementType.Int64 => new CpuKernel(a => Cpu.IntegerReduce.Max(a.Pool, a.Input<long>(0), a.Output<long>(0), shape)),
                _ => new CpuKernel(a => Cpu.IntegerReduce.Max(a.Pool, a.Input<byte>(0), a.Output<byte>(0), shape)),
            };
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The largest element over some axes, or over all when none is named; NaN if there is one. Equal ones share the gradient
        /// evenly.
        /// </summary>
        /// <param name="axes">The axes; negative ones count from the end.</param>
        /// <param name="keepAxes">Whether they stay with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or no element along them.</exception>
        public Tensor Max(Axes axes = default, bool keepAxes = false)
        {
            var normalized = axes.Normalize(Shape);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.Max(normalized), this), normalized, keepAxes);
        }
    }
}
