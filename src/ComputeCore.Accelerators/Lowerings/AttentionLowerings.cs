using ComputeCore.Kernels;
using ComputeCore.Kernels.Attention;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Attention, its gradient, and rotary position embedding.</summary>
internal static class AttentionLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<Attention>(Lower);
        table.Add<AttentionGradient>(LowerGradient);
        table.Add<RotaryEmbedding>(LowerRotary);
    }

    private static AcceleratorKernel Lower(Attention attention, LoweringContext context)
    {
        var (shape, batch) = (ShapeOf(attention, context.Inputs[0].Shape, context.Inputs[1].Shape), context.Inputs[0].Shape[0]);
        var scratch = new Scratch();
        var parts = AttentionLaunches.Parts(shape, batch);
        var (values, maxima, sums) = (scratch.Take<float>((long)parts * shape.Width), scratch.Take<float>(parts), scratch.Take<float>(parts));
        return new AcceleratorKernel(arguments => AttentionLaunches.Forward(
            InputsOf(attention, arguments, 0, 3),
            arguments.Output<float>(0),
            arguments.Output<float>(1),
            () => new(values.View(arguments), maxima.View(arguments), sums.View(arguments)),
            shape,
            batch))
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    private static AcceleratorKernel LowerGradient(AttentionGradient gradient, LoweringContext context)
    {
        var (shape, batch) = (ShapeOf(gradient, context.Inputs[1].Shape, context.Inputs[2].Shape), context.Inputs[1].Shape[0]);
        var scratch = new Scratch();
        var delta = scratch.Take<float>(Math.Max(1, context.Inputs[5].Shape.ElementCount));
        return new AcceleratorKernel(arguments => AttentionLaunches.Backward(
            InputsOf(gradient, arguments, 1, 6),
            arguments.Input<float>(0),
            arguments.Input<float>(4),
            arguments.Input<float>(5),
            delta.View(arguments),
            arguments.Output<float>(0),
            arguments.Output<float>(1),
            arguments.Output<float>(2),
            shape,
            batch))
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    private static AcceleratorKernel LowerRotary(RotaryEmbedding rotary, LoweringContext context)
    {
        var (x, angles) = (context.Inputs[0].Shape, context.Inputs[1].Shape);
        var shape = new RotaryShape
        {
            Length = x[1],
            Heads = x[2],
            Width = x[3],
            Pairs = angles[-1],
            AnglesPerBatch = angles.Rank == 3 ? 1 : 0,
            IsInterleaved = rotary.IsInterleaved ? 1 : 0,
            IsReverse = rotary.IsReverse ? 1 : 0,
        };
        var count = checked((int)(x.ElementCount / Math.Max(1, x[3]))) * shape.Items;
        return new AcceleratorKernel(arguments =>
        [
            RotaryKernels.Dispatch.Rotate(
                FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Input<float>(2), arguments.Output<float>(0), shape, count),
        ]);
    }

    private static AttentionShape ShapeOf(AttentionOperation attention, Shape queries, Shape keys)
    {
        // Kernels count elements in ints.
        _ = checked(((int)queries.ElementCount, (int)keys.ElementCount));
        return new()
        {
            Queries = queries[1],
            Heads = queries[2],
            Width = queries[3],
            Keys = keys[1],
            KeyHeads = keys[2],
            Scale = (float)attention.Scale,
            IsCausal = attention.IsCausal ? 1 : 0,
            HasSpans = attention.HasSpans ? 1 : 0,
            HasSlopes = attention.HasSlopes ? 1 : 0,
            Dropped = attention.Dropped,
            Stream = attention.Stream,
        };
    }

    private static AttentionInputs InputsOf(AttentionOperation attention, AcceleratorArguments arguments, int first, int options) => new(
        arguments.Input<float>(first),
        arguments.Input<float>(first + 1),
        arguments.Input<float>(first + 2),
        attention.HasSpans ? arguments.Input<int>(options) : arguments.Table(0),
        attention.HasSlopes ? arguments.Input<float>(options + attention.SlopesOption) : arguments.Table(0f),
        attention.HasDropout ? arguments.Input<long>(options + attention.OptionCount - 1) : arguments.Table(0L));
}
