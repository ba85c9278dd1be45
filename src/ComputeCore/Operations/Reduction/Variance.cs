using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Reduction;

namespace ComputeCore.Operations
{
    /// <summary>Σ(x - mean)² / (n - correction) over some axes, which are kept with extent 1; NaN where n does not exceed the correction.</summary>
    /// <param name="Axes">The axes, counted from the front and sorted.</param>
    /// <param name="Correction">0 for the variance of a population, 1 (Bessel's) for its estimate from a sample.</param>
    public sealed record Variance(Axes Axes, int Correction) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Variance([0, 1], 0), Draw.Normal([37, 19])),
            new(new Variance([1], 1), Draw.Normal([5, 300])),
            new(new Variance([0], 1), Draw.Normal([300, 5])),
            new(new Variance([0, 2, 3], 0), Draw.Normal([4, 3, 5, 7])),
            new(new Variance([1, 3], 1), Draw.Normal([2, 3, 4, 5])),
            new(new Variance([1], 1), Draw.Normal([3, 257], mean: 1000)),
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
            var count = Reductions.Count(x.Shape, Axes);
            var mean = new ReferenceTensor(y.Type, new double[y.Values.Length]);
            foreach (var index in x.Indices())
                mean[Reductions.Kept(index, Axes)] += x[index] / count;

            y.Values.Clear();
            foreach (var index in x.Indices())
            {
                var kept = Reductions.Kept(index, Axes);
                y[kept] += Math.Pow(x[index] - mean[kept], 2);
            }

            foreach (ref var variance in y.Values)
                variance /= Math.Max(0, count - Correction);
        }

        // d/dx Σ(x - mean)² = 2 (x - mean): what moves the mean cancels.
        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var deviation = d.X - d.X.Mean(Axes, keepAxes: true);
            return [deviation * (d.Dy * (2.0 / Math.Max(0, Reductions.Count(d.X.Shape, Axes) - Correction)))];
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = Reductions.CpuShape(lowering, Axes);
            return new CpuKernel(a => Cpu.Reduce.Variance(a.Pool, a.Input<float>(0), a.Output<float>(0), shape, Correction, a.Workspace)) { WorkspaceBytes = Cpu.Reduce.VarianceWorkspaceBytes(shape) };
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The variance over some axes, or over all when none is named: Σ(x - mean)² / (n - correction).</summary>
        /// <param name="axes">The axes; negative ones count from the end.</param>
        /// <param name="correction">0 for the variance of a population, 1 (Bessel's) for its estimate from a sample.</param>
        /// <param name="keepAxes">Whether the axes stay with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or is not floating point.</exception>
        public Tensor Variance(Axes axes = default, int correction = 1, bool keepAxes = false)
        {
            var normalized = axes.Normalize(Shape);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.Variance(normalized, correction), this), normalized, keepAxes);
        }
    }
}
