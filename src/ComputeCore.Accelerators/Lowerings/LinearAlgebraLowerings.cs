using ComputeCore.Accelerators.Tuning;
using ComputeCore.Kernels;
using ComputeCore.Kernels.Gemm;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Matrix products.</summary>
internal static class LinearAlgebraLowerings
{
    public static void AddTo(LoweringTable table) => table.Add<MatMul>(LowerMatMul);

    private static AcceleratorKernel LowerMatMul(MatMul matMul, LoweringContext context)
    {
        var (a, b, c) = (context.Inputs[0].Shape, context.Inputs[1].Shape, context.Outputs[0].Shape);
        var (m, n, k) = (c[-2], c[-1], MatMul.Matrix(a, matMul.TransposeA).Columns);
        var batches = Batches.Of(a, b, c);
        if (MatMul.Batch(b).ElementCount == 1 && !matMul.TransposeA)
        {
            // A batch times one matrix is one tall matrix times it.
            m = checked((int)(c.ElementCount / Math.Max(1, n)));
            batches = Batches.One;
        }

        var product = GemmArguments.Of(m, n, k, matMul.TransposeA, matMul.TransposeB, batches.LeftStride, batches.RightStride);
        product.HasBias = matMul.Epilogue.HasBias ? 1 : 0;
        product.Activation = (int)matMul.Epilogue.Activation;
        return context.Fastest([.. Variants(product, batches.Cut(m * n, context.Limits.Grid.Z))]);
    }

    private static IEnumerable<Variant> Variants(GemmArguments product, Batches batches)
    {
        if (GemmVector.Suits(product))
            yield return new("vector", Kernel(product, batches, 0, (left, right, bias, result, _, part) => [GemmVector.Dispatch(left, right, bias, result, part, batches.Count)]));
        foreach (var tiles in GemmVariant.InOrder(product.Rows, product.Columns, batches.Count))
        {
            var splits = GemmSplit.Splits(tiles, product.Rows, product.Columns, product.Depth, batches.Count);
            if (splits == 1)
                yield return new(tiles.Name, Kernel(product, batches, 0, (left, right, bias, result, _, part) => [tiles.Dispatch(left, right, bias, result, part, batches.Count)]));
            else
                yield return new($"{tiles.Name} split", Kernel(product, batches, splits * batches.Count * product.ResultBatch, (left, right, bias, result, partial, part) =>
                    GemmSplit.Dispatches(tiles, left, right, bias, result, partial, part, batches.Count, splits)));
        }

        if (PanelGemm.Suits(product, batches.Count))
        {
            var scratch = new Scratch();
            var leftPanels = scratch.Take<float>(PanelGemm.LeftElements(product, batches.Count));
            var rightPanels = scratch.Take<float>(PanelGemm.RightElements(product, batches.Count));
            yield return new("panels", scratch.Kernel(arguments => Dispatches(arguments, product, batches, (left, right, bias, result, part) =>
                PanelGemm.Dispatches(left, right, bias, result, leftPanels.View(arguments), rightPanels.View(arguments), part, batches.Count))));
        }
    }

    private static AcceleratorKernel Kernel(
        GemmArguments product,
        Batches batches,
        int partial,
        Func<DeviceView<float>, DeviceView<float>, DeviceView<float>, DeviceView<float>, DeviceView<float>, GemmArguments, IEnumerable<KernelDispatch>> dispatches) =>
        new(arguments => Dispatches(arguments, product, batches, (left, right, bias, result, part) =>
            dispatches(left, right, bias, result, partial > 0 ? arguments.Workspace<float>(0, partial) : result, part)))
        {
            WorkspaceBytes = sizeof(float) * (long)partial,
        };

    private static IEnumerable<KernelDispatch> Dispatches(
        AcceleratorArguments arguments,
        GemmArguments product,
        Batches batches,
        Func<DeviceView<float>, DeviceView<float>, DeviceView<float>, DeviceView<float>, GemmArguments, IEnumerable<KernelDispatch>> dispatches)
    {
        var result = arguments.Output<float>(0);
        // Without a depth there are no factors, and the kernels read none; a view must be of some memory.
        var (left, right) = product.Depth > 0 ? (arguments.Input<float>(0), arguments.Input<float>(1)) : (result, result);
        var bias = product.HasBias != 0 ? arguments.Input<float>(2) : right;
        return batches.Starts.SelectMany(start => dispatches(left, right, bias, result, product.At(start.Left, start.Right, start.Result)));
    }

    /// <summary>Batches of matrices: as many as one launch takes, with fixed strides, and where each launch begins.</summary>
    private sealed record Batches(int Count, int LeftStride, int RightStride, IReadOnlyList<(int Left, int Right, int Result)> Starts)
    {
        public static Batches One { get; } = new(1, 0, 0, [(0, 0, 0)]);

        public static Batches Of(Shape a, Shape b, Shape c)
        {
            // Axes of the batch, outermost first, with their steps in a and b; neighbours that step evenly are one.
            var axes = new List<(int Count, int Left, int Right)>();
            var (stridesA, stridesB) = (a.Strides(), b.Strides());
            for (var axis = 0; axis < c.Rank - 2; axis++)
            {
                var next = (Count: c[axis], Left: Stride(a, stridesA, axis - c.Rank + a.Rank), Right: Stride(b, stridesB, axis - c.Rank + b.Rank));
                if (next.Count == 1)
                    continue;
                if (axes.Count > 0 && axes[^1].Left == next.Left * next.Count && axes[^1].Right == next.Right * next.Count)
                    axes[^1] = (axes[^1].Count * next.Count, next.Left, next.Right);
                else
                    axes.Add(next);
            }

            var inner = axes.Count > 0 ? axes[^1] : (Count: 1, Left: 0, Right: 0);
            var starts = new List<(int Left, int Right, int Result)> { (0, 0, 0) };
            foreach (var axis in axes.SkipLast(1))
                starts = [.. from start in starts from i in Enumerable.Range(0, axis.Count) select (start.Left + i * axis.Left, start.Right + i * axis.Right, 0)];
            var size = inner.Count * c[-2] * c[-1];
            return new(inner.Count, inner.Left, inner.Right, [.. starts.Select((start, i) => (start.Left, start.Right, i * size))]);
        }

        /// <summary>The same batches in launches that the device's grid takes, for results of a size.</summary>
        public Batches Cut(int size, int most)
        {
            if (Count <= most)
                return this;
            var count = Enumerable.Range(1, most).Last(divisor => Count % divisor == 0);
            return this with
            {
                Count = count,
                Starts =
                [
                    .. from start in Starts
                       from i in Enumerable.Range(0, Count / count)
                       select (start.Left + i * count * LeftStride, start.Right + i * count * RightStride, start.Result + i * count * size),
                ],
            };
        }

        private static int Stride(Shape shape, long[] strides, int axis) => axis < 0 || shape[axis] == 1 ? 0 : checked((int)strides[axis]);
    }
}
