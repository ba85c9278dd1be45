using ComputeCore.Kernels;
using ComputeCore.Kernels.Indexing;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Operations that only move elements: copies between layouts, and insertions.</summary>
internal static class MovementLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<Copy>((_, context) =>
        {
            int[] count = [checked((int)context.Outputs[0].Shape.ElementCount)];
            return ToKernel(context, new(count, 0, [1], 0, [1]));
        });
        table.Add<BroadcastTo>((broadcast, context) =>
        {
            var (source, strides) = (context.Inputs[0].Shape, Layouts.Strides(context.Inputs[0].Shape));
            var added = broadcast.Shape.Rank - source.Rank;
            int[] sourceStrides = [.. Enumerable.Range(0, broadcast.Shape.Rank).Select(axis => axis < added || source[axis - added] == 1 ? 0 : strides[axis - added])];
            return ToKernel(context, new([.. broadcast.Shape], 0, sourceStrides, 0, Layouts.Strides(broadcast.Shape)));
        });
        table.Add<Permute>((permute, context) =>
        {
            var (shape, strides) = (context.Outputs[0].Shape, Layouts.Strides(context.Inputs[0].Shape));
            return ToKernel(context, new([.. shape], 0, [.. permute.Order.Select(axis => strides[axis])], 0, Layouts.Strides(shape)));
        });
        table.Add<Slice>((slice, context) =>
        {
            var (offset, strides) = Slice.Layout(context.Inputs[0].Shape, slice.Starts, slice.Steps);
            return ToKernel(context, new([.. slice.Sizes], (int)offset, [.. strides.Select(stride => (int)stride)], 0, Layouts.Strides(slice.Sizes.AsSpan())));
        });
        table.Add<Concatenate>(LowerConcatenate);
        table.Add<WriteRows>(LowerWriteRows);
        table.Add<Pad>((pad, context) => Insert(
            context, pad.Value, [.. context.Outputs[0].Shape.Select((extent, axis) => new InsertionAxis(extent, pad.Before[axis], context.Inputs[0].Shape[axis], 1))]));
        table.Add<SliceGradient>((gradient, context) => Insert(
            context, 0, [.. gradient.Shape.Select((extent, axis) => new InsertionAxis(extent, gradient.Starts[axis], context.Inputs[0].Shape[axis], gradient.Steps[axis]))]));
    }

    private static AcceleratorKernel ToKernel(LoweringContext context, StridedCopy copy) => context.Outputs[0].ElementType.SizeInBytes() switch
    {
        1 => new(arguments => [copy.Launch(arguments, arguments.Input<byte>(0), arguments.Output<byte>(0))]),
        4 => new(arguments => [copy.Launch(arguments, arguments.Input<int>(0), arguments.Output<int>(0))]),
        _ => new(arguments => [copy.Launch(arguments, arguments.Input<long>(0), arguments.Output<long>(0))]),
    };

    private static AcceleratorKernel LowerConcatenate(Concatenate concatenate, LoweringContext context)
    {
        return context.Outputs[0].ElementType.SizeInBytes() switch
        {
            1 => new(arguments => Launches<byte>(arguments)),
            4 => new(arguments => Launches<int>(arguments)),
            _ => new(arguments => Launches<long>(arguments)),
        };

        // Each input is a copy into its part of every line along the axis.
        IEnumerable<KernelDispatch> Launches<T>(AcceleratorArguments arguments)
            where T : unmanaged
        {
            var (outer, extent, inner) = context.Outputs[0].Shape.Around(concatenate.Axis);
            var start = 0;
            for (var i = 0; i < context.Inputs.Count; i++)
            {
                var part = context.Inputs[i].Shape[concatenate.Axis] * inner;
                if (part > 0)
                    yield return new StridedCopy([outer, part], 0, [part, 1], start, [extent * inner, 1]).Launch(arguments, arguments.Input<T>(i), arguments.Output<T>(0));
                start += part;
            }
        }
    }

    private static AcceleratorKernel LowerWriteRows(WriteRows write, LoweringContext context)
    {
        var (cache, length) = (context.Inputs[0].Shape, context.Inputs[1].Shape[1]);
        var (total, count) = (checked((int)cache.ElementCount), checked((int)context.Inputs[1].Shape.ElementCount));
        var inner = checked((int)Shape.Create(cache.AsSpan()[2..]).ElementCount);
        return context.Outputs[0].ElementType.SizeInBytes() switch
        {
            1 => new(arguments => Launches<byte>(arguments)),
            4 => new(arguments => Launches<int>(arguments)),
            _ => new(arguments => Launches<long>(arguments)),
        };

        IEnumerable<KernelDispatch> Launches<T>(AcceleratorArguments arguments)
            where T : unmanaged
        {
            var (x, y) = (arguments.Input<T>(0), arguments.Output<T>(0));
            if (x != y)
                yield return new StridedCopy([total], 0, [1], 0, [1]).Launch(arguments, x, y);
            if (count > 0)
                yield return RowWrites.Dispatch.Write(
                    FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<T>(1), arguments.Input<int>(2), y, length, cache[1], inner, count);
        }
    }

    private static AcceleratorKernel Insert(LoweringContext context, double value, InsertionAxis[] axes)
    {
        var type = context.Outputs[0].ElementType;
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        var bytes = new byte[type.SizeInBytes()];
        ElementConversion.FromDoubles(type, [value], bytes);
        return type.SizeInBytes() switch
        {
            1 => new(arguments => [Launch(arguments, bytes[0])]),
            4 => new(arguments => [Launch(arguments, BitConverter.ToInt32(bytes))]),
            _ => new(arguments => [Launch(arguments, BitConverter.ToInt64(bytes))]),
        };

        KernelDispatch Launch<T>(AcceleratorArguments arguments, T element)
            where T : unmanaged =>
            Insertion.Dispatch.Insert(
                FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<T>(0), arguments.Table<T>(element), arguments.Output<T>(0),
                arguments.Table<int>(Insertion.Table(axes)), axes.Length, count);
    }

    // Extents, and for source and destination the first element's place and the strides.
    private sealed record StridedCopy(int[] Extents, int SourceOffset, int[] SourceStrides, int DestinationOffset, int[] DestinationStrides)
    {
        public KernelDispatch Launch<T>(AcceleratorArguments arguments, DeviceView<T> x, DeviceView<T> y)
            where T : unmanaged =>
            CopyLaunches.Copy(x, SourceOffset, y, DestinationOffset, StridedAxes.Of(Extents, SourceStrides, DestinationStrides), table => arguments.Table<int>(table));
    }
}
