using ComputeCore.Kernels.Reduction;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Reductions over axes.</summary>
internal static class ReductionLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<Sum>((sum, context) => context.Inputs[0].ElementType == ElementType.Int64
            ? ToKernel<long, Int64Sum, Int64Sum>(context, sum.Axes)
            : ToKernel<float, FloatSum, FloatSum>(context, sum.Axes));
        table.Add<SumOfSquares>((sum, context) => ToKernel<float, FloatSumOfSquares, FloatSum>(context, sum.Axes));
        table.Add<Max>((max, context) => context.Inputs[0].ElementType switch
        {
            ElementType.Float32 => ToKernel<float, FloatMax, FloatMax>(context, max.Axes),
            ElementType.Int32 => ToKernel<int, Int32Max, Int32Max>(context, max.Axes),
            ElementType.Int64 => ToKernel<long, Int64Max, Int64Max>(context, max.Axes),
            _ => ToKernel<byte, UInt8Max, UInt8Max>(context, max.Axes),
        });
        table.Add<Min>((min, context) => context.Inputs[0].ElementType switch
        {
            ElementType.Float32 => ToKernel<float, FloatMin, FloatMin>(context, min.Axes),
            ElementType.Int32 => ToKernel<int, Int32Min, Int32Min>(context, min.Axes),
            ElementType.Int64 => ToKernel<long, Int64Min, Int64Min>(context, min.Axes),
            _ => ToKernel<byte, UInt8Min, UInt8Min>(context, min.Axes),
        });
        table.Add<Variance>(LowerVariance);
        table.Add<ArgMax>((argMax, context) => context.Inputs[0].ElementType switch
        {
            ElementType.Float32 => ArgMax<float, FloatOrder>(context, argMax.Axis),
            ElementType.Int32 => ArgMax<int, Int32Order>(context, argMax.Axis),
            ElementType.Int64 => ArgMax<long, Int64Order>(context, argMax.Axis),
            _ => ArgMax<byte, UInt8Order>(context, argMax.Axis),
        });
    }

    private static AcceleratorKernel ToKernel<T, TReduction, TCombination>(LoweringContext context, Axes axes)
        where T : unmanaged
        where TReduction : struct, IReduction<T>
        where TCombination : struct, IReduction<T>
    {
        var scratch = new Scratch();
        var source = new ReductionSource<T>(context, axes, scratch);
        var partial = scratch.Take<T>(ReductionLaunches.WorkspaceElements(source.Shape));
        return new AcceleratorKernel(arguments =>
        {
            var x = source.View(arguments);
            return source.Prepare(arguments).Concat(
                ReductionLaunches.Reduce<T, TReduction, TCombination>(x, x.Slice(0, 1), arguments.Output<T>(0), source.Shape, 1, () => partial.View(arguments)));
        })
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    // The mean first, then the deviations from it: what is squared must not have lost its leading digits.
    private static AcceleratorKernel LowerVariance(Variance variance, LoweringContext context)
    {
        var scratch = new Scratch();
        var source = new ReductionSource<float>(context, variance.Axes, scratch);
        var shape = source.Shape;
        var partial = scratch.Take<float>(ReductionLaunches.WorkspaceElements(shape));
        var means = scratch.Take<float>(shape.Results);
        return new AcceleratorKernel(arguments =>
        {
            var (x, mean, y) = (source.View(arguments), means.View(arguments), arguments.Output<float>(0));
            var scale = 1f / Math.Max(0, shape.Reduced - variance.Correction);
            return source.Prepare(arguments)
                .Concat(ReductionLaunches.Reduce<float, FloatSum, FloatSum>(x, x.Slice(0, 1), mean, shape, 1f / shape.Reduced, () => partial.View(arguments)))
                .Concat(ReductionLaunches.Reduce<float, FloatSumOfSquaredDeviations, FloatSum>(x, mean, y, shape, scale, () => partial.View(arguments)));
        })
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    private static AcceleratorKernel ArgMax<T, TOrder>(LoweringContext context, int axis)
        where T : unmanaged
        where TOrder : struct, IOrder<T>
    {
        var shape = ReductionShape.Of(context.Inputs[0].Shape.AsSpan(), [axis])!.Value;
        return new AcceleratorKernel(arguments => [ReductionLaunches.ArgMax<T, TOrder>(arguments.Input<T>(0), arguments.Output<long>(0), shape)]);
    }
}
