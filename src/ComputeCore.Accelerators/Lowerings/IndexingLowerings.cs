using ComputeCore.Kernels;
using ComputeCore.Kernels.Indexing;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Lookups by index, and their gradients.</summary>
internal static class IndexingLowerings
{
    // So many lines keep a large device busy, and walking so short ones takes less than sorting.
    private const int ManyLines = 4096;
    private const int ShortLine = 64;

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
        var (keyPart, otherPart) = (scratch.Take<long>(indexCount), scratch.Take<long>(indexCount));
        return new AcceleratorKernel(arguments =>
        {
            var (indices, y) = (arguments.Input<long>(0), arguments.Output<float>(0));
            var begin = Begin(arguments, y);
            if (count == 0)
                return begin;
            var keys = keyPart.View(arguments);
            var sort = Sorting.Sort(keys, otherPart.View(arguments), indexCount, out var sorted);
            return
            [
                .. begin,
                Accumulations.Dispatch.PartKeys(FlatIndex.GridFor(indexCount), FlatIndex.GroupSize, indices, keys, extent, indexCount),
                .. sort,
                Accumulations.Dispatch.AddParts(FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(1), sorted, y, extent, indexCount, inner, count),
            ];
        })
        {
            WorkspaceBytes = scratch.Bytes,
        };

        // What the parts are added to: zeros, or the third input.
        KernelDispatch[] Begin(AcceleratorArguments arguments, DeviceView<float> y)
        {
            if (context.Inputs.Count == 2)
                return [Accumulations.Dispatch.Clear(FlatIndex.GridFor(total), FlatIndex.GroupSize, y, total)];
            var x = arguments.Input<float>(2);
            return x == y ? [] : [CopyLaunches.Copy(x, y, StridedAxes.Of([total], [1], [1]), table => arguments.Table<int>(table))];
        }
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
        var (count, indexCount) = (checked((int)shape.ElementCount), checked((int)indexShape.ElementCount));
        int[] lineExtents = [.. indexShape];
        lineExtents[axis] = 1;
        var lines = indexCount / Math.Max(1, indexShape[axis]);
        var isSorted = lines < ManyLines && indexShape[axis] > ShortLine;
        var scratch = new Scratch();
        var (keyPart, otherPart) = (scratch.Take<long>(isSorted ? indexCount : 0), scratch.Take<long>(isSorted ? indexCount : 0));
        return new AcceleratorKernel(Dispatches)
        {
            WorkspaceBytes = scratch.Bytes,
        };

        IEnumerable<KernelDispatch> Dispatches(AcceleratorArguments arguments)
        {
            var (x, indices, source, y) = (arguments.Input<float>(0), arguments.Input<long>(1), arguments.Input<float>(2), arguments.Output<float>(0));
            if (x != y)
                yield return CopyLaunches.Copy(x, y, StridedAxes.Of([count], [1], [1]), table => arguments.Table<int>(table));
            if (indexCount == 0)
                yield break;
            if (!isSorted)
            {
                var axes = StridedAxes.Of(lineExtents, indexStrides, strides);
                yield return Accumulations.Dispatch.AddAlongLines(
                    FlatIndex.GridFor(lines), FlatIndex.GroupSize, source, indices, y, arguments.Table<int>(axes.Table()), axes.Axes.Count, lines, indexShape[axis], indexStrides[axis], shape[axis], strides[axis]);
                yield break;
            }

            int[] lineStrides = [.. strides];
            lineStrides[axis] = 0;
            var places = StridedAxes.Of(indexShape.AsSpan(), indexStrides, lineStrides);
            var keys = keyPart.View(arguments);
            yield return Accumulations.Dispatch.ElementKeys(
                FlatIndex.GridFor(indexCount), FlatIndex.GroupSize, indices, keys, arguments.Table<int>(places.Table()), places.Axes.Count, shape[axis], strides[axis], indexCount);
            var sort = Sorting.Sort(keys, otherPart.View(arguments), indexCount, out var sorted);
            foreach (var dispatch in sort)
                yield return dispatch;
            yield return Accumulations.Dispatch.AddElements(FlatIndex.GridFor(indexCount), FlatIndex.GroupSize, source, sorted, y, indexCount);
        }
    }

    // What a lookup gives for an index that is out of range: NaN where there is one.
    private static DeviceView<T> Missing<T>(AcceleratorArguments arguments, LoweringContext context)
        where T : unmanaged => context.Outputs[0].ElementType == ElementType.Float32 ? arguments.Table(float.NaN).Cast<T>() : arguments.Table(default(T));
}
