using ComputeCore.Kernels;
using ComputeCore.Kernels.Indexing;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Lookups by index, and their gradients.</summary>
internal static class IndexingLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<IndexSelect>(LowerIndexSelect);
        table.Add<IndexAdd>(LowerIndexAdd);
        table.Add<Gather>(LowerGather);
        table.Add<ScatterAdd>(LowerScatterAdd);
        table.Add<OneHot>((oneHot, context) =>
        {
            var count = checked((int)context.Outputs[0].Shape.ElementCount);
            return new AcceleratorKernel(arguments =>
                [Lookups.Dispatch.OneHot(FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<long>(0), arguments.Output<float>(0), oneHot.Classes, count)]);
        });
    }

    private static AcceleratorKernel LowerIndexSelect(IndexSelect select, LoweringContext context)
    {
        var (_, extent, inner) = context.Inputs[0].Shape.Around(select.Axis);
        var indexCount = checked((int)context.Inputs[1].Shape.ElementCount);
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return context.Outputs[0].ElementType.SizeInBytes() switch
        {
            1 => new(arguments => [Launch<byte>(arguments)]),
            4 => new(arguments => [Launch<int>(arguments)]),
            _ => new(arguments => [Launch<long>(arguments)]),
        };

        KernelDispatch Launch<T>(AcceleratorArguments arguments)
            where T : unmanaged =>
            Lookups.Dispatch.SelectParts(
                FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<T>(0), arguments.Input<long>(1), Missing<T>(arguments, context), arguments.Output<T>(0), extent, indexCount, inner, count);
    }

    private static AcceleratorKernel LowerIndexAdd(IndexAdd add, LoweringContext context)
    {
        var (_, extent, inner) = context.Outputs[0].Shape.Around(add.Axis);
        var (indexCount, count) = (checked((int)context.Inputs[0].Shape.ElementCount), checked((int)context.Inputs[1].Shape.ElementCount));
        var total = checked((int)context.Outputs[0].Shape.ElementCount);
        var scratch = new Scratch();
        var (headPart, nextPart) = (scratch.Take<int>(Math.Max(1, indexCount)), scratch.Take<int>(Math.Max(1, indexCount)));
        return new AcceleratorKernel(arguments =>
        {
            var (indices, y, heads, next) = (arguments.Input<long>(0), arguments.Output<float>(0), headPart.View(arguments), nextPart.View(arguments));
            return
            [
                Accumulations.Dispatch.Clear(FlatIndex.GridFor(total), FlatIndex.GroupSize, y, total),
                Accumulations.Dispatch.LinkEqual(FlatIndex.GridFor(indexCount), FlatIndex.GroupSize, indices, heads, next, indexCount),
                Accumulations.Dispatch.AddParts(
                    FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(1), indices, heads, next, y, extent, indexCount, inner, count),
            ];
        })
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    private static AcceleratorKernel LowerGather(Gather gather, LoweringContext context)
    {
        var (shape, places) = (context.Inputs[0].Shape, context.Outputs[0].Shape);
        var strides = Layouts.Strides(shape);
        var (extent, stride) = (shape[gather.Axis], strides[gather.Axis]);
        strides[gather.Axis] = 0;
        var axes = StridedAxes.Of(places.AsSpan(), strides, Layouts.Strides(places));
        var count = checked((int)places.ElementCount);
        return context.Outputs[0].ElementType.SizeInBytes() switch
        {
            1 => new(arguments => [Launch<byte>(arguments)]),
            4 => new(arguments => [Launch<int>(arguments)]),
            _ => new(arguments => [Launch<long>(arguments)]),
        };

        KernelDispatch Launch<T>(AcceleratorArguments arguments)
            where T : unmanaged =>
            Lookups.Dispatch.Gather(
                FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<T>(0), arguments.Input<long>(1), Missing<T>(arguments, context), arguments.Output<T>(0),
                arguments.Table<int>(axes.Table()), axes.Axes.Count, extent, stride, count);
    }

    private static AcceleratorKernel LowerScatterAdd(ScatterAdd scatter, LoweringContext context)
    {
        var (shape, indexShape, axis) = (context.Inputs[0].Shape, context.Inputs[1].Shape, scatter.Axis);
        var (strides, indexStrides) = (Layouts.Strides(shape), Layouts.Strides(indexShape));
        int[] lineExtents = [.. indexShape];
        lineExtents[axis] = 1;
        var lineAxes = StridedAxes.Of(lineExtents, indexStrides, strides);
        var count = checked((int)shape.ElementCount);
        return new AcceleratorKernel(arguments =>
        {
            var y = arguments.Output<float>(0);
            var dense = StridedAxes.Of([count], [1], [1]);
            var copy = CopyLaunches.Copy(arguments.Input<float>(0), y, dense, table => arguments.Table<int>(table));
            if (indexShape.ElementCount == 0)
                return [copy];
            var add = Accumulations.Dispatch.AddAlongLines(
                FlatIndex.GridFor(lineAxes.Count), FlatIndex.GroupSize, arguments.Input<float>(2), arguments.Input<long>(1), y, arguments.Table<int>(lineAxes.Table()),
                lineAxes.Axes.Count, lineAxes.Count, indexShape[axis], indexStrides[axis], shape[axis], strides[axis]);
            return [copy, add];
        });
    }

    // What a lookup gives for an index that is out of range: NaN where there is one.
    private static DeviceView<T> Missing<T>(AcceleratorArguments arguments, LoweringContext context)
        where T : unmanaged => context.Outputs[0].ElementType == ElementType.Float32 ? arguments.Table(float.NaN).Cast<T>() : arguments.Table(default(T));
}
