using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>2-D convolution by 3 x 3 filters, forward, and backward to the data.</summary>
internal static unsafe class WinogradConvolution
{
    /// <summary>Bytes of workspace of the forward convolution and of the data gradient.</summary>
    public static long WorkspaceBytes(WorkerPool pool, in ConvolutionShape shape)
    {
        var forward = new Plan(shape, transposed: false);
        var data = new Plan(shape, transposed: true);
        return 4 * Math.Max(forward.SharedFloats + pool.Count * forward.WorkerFloats, data.SharedFloats + pool.Count * data.WorkerFloats);
    }

    /// <summary>
    /// y = convolution(x, weights) + bias, then relu if asked for; bias may be null. Returns false, and y is then to be computed
    /// in another way, if an infinity or NaN came up.
    /// </summary>
    public static bool Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, float* weights, float* bias, bool relu, float* y, byte* workspace) =>
        Run(pool, new Plan(shape, transposed: false), x, weights, bias, relu, y, (float*)workspace);

    /// <summary>dx = the gradient with respect to x, and returns as <see cref="Forward"/> does.</summary>
    public static bool BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace) =>
        Run(pool, new Plan(shape, transposed: true), dy, weights, null, false, dx, (float*)workspace);

    private static bool Run(WorkerPool pool, in Plan plan, float* source, float* weights, float* bias, bool relu, float* target, float* workspace)
    {
        var shared = new Shared { Zeros = workspace, Filters = workspace + plan.ZeroFloats, NotFinite = (int*)(workspace + plan.ZeroFloats + plan.FilterFloats) };
        new Span<float>(shared.Zeros, (int)plan.ZeroFloats).Clear();
        *shared.NotFinite = 0;
        PlaneLoop.Run(
            pool, plan.FilterBlocks * plan.SourceChannels, Lanes.Count * WinogradTransforms.Points,
            new FilterBody { Plan = plan, Shared = shared, Weights = weights });
        pool.For(plan.Tiling.Items, new ItemBody
        {
            Plan = plan, Shared = shared, Source = source, Bias = bias, Relu = relu, Target = target,
            Scratch = workspace + plan.SharedFloats,
        });
        return *shared.NotFinite == 0;
    }

    private struct Shared
    {
        /// <summary>A row of an image of zeros.</summary>
        public float* Zeros;

        /// <summary>The transformed filters, in panels: [target channels / 32, points, source channels, 32].</summary>
        public float* Filters;

        /// <summary>Whether any output is infinite or NaN.</summary>
        public int* NotFinite;
    }

    private readonly struct Plan
    {
        /// <summary>Target channels whose products are computed at a time.</summary>
        public const int Block = 64;

        /// <summary>Source channels whose products are summed at a time: a panel of the filters' then takes half of L1.</summary>
        public const int Depth = 128;

        public readonly int SourceChannels;
        public readonly int TargetChannels;
        public readonly int Height;
        public readonly int Width;
        public readonly int TargetHeight;
        public readonly int TargetWidth;
        public readonly int PaddingTop;
        public readonly int PaddingLeft;
        public readonly bool Transposed;
        public readonly WinogradTiling Tiling;

        public Plan(in ConvolutionShape shape, bool transposed)
        {
            Transposed = transposed;
            if (transposed)
            {
                (SourceChannels, TargetChannels) = (shape.K, shape.C);
                (Height, Width, TargetHeight, TargetWidth) = (shape.P, shape.Q, shape.H, shape.W);
                (PaddingTop, PaddingLeft) = (shape.R - 1 - shape.PaddingTop, shape.S - 1 - shape.PaddingLeft);
            }
            else
            {
                (SourceChannels, TargetChannels) = (shape.C, shape.K);
                (Height, Width, TargetHeight, TargetWidth) = (shape.H, shape.W, shape.P, shape.Q);
                (PaddingTop, PaddingLeft) = (shape.PaddingTop, shape.PaddingLeft);
            }

            Tiling = new(shape.N, TargetHeight, TargetWidth, SourceChannels);
        }

        /// <summary>Floats of a pixel or a tile of the source.</summary>
        public int Stride => ChannelsLastBand.Stride(SourceChannels);

        public nint InputPointStride => WinogradTiling.OddLines(Tiling.ItemTiles * Stride);

        public nint ProductPointStride => WinogradTiling.OddLines(Tiling.ItemTiles * Block);

        public nint FilterPointStride => (nint)SourceChannels * Avx512MicroKernel.NR;

        /// <summary>Blocks of 16 target channels.</summary>
        public int FilterBlocks => WinogradTiling.DivideUp(TargetChannels, Lanes.Count);

        public int Panels => WinogradTiling.DivideUp(TargetChannels, Avx512MicroKernel.NR);

        public long ZeroFloats => (long)Width * Stride;

        public long FilterFloats => Panels * WinogradTransforms.Points * (long)FilterPointStride;

        public long SharedFloats => ZeroFloats + FilterFloats + Lanes.Count;

        public long PixelFloats => (2L * Math.Min(Tiling.ItemRows, Tiling.ImageRows) + 2) * Width * Stride;

        public long WorkerFloats =>
            PixelFloats + WinogradTransforms.Points * (long)(InputPointStride + ProductPointStride) + 2L * TargetWidth * Block;

        /// <summary>weights[k, c] for a channel of the source and one of the target.</summary>
        public nint WeightOffset(int source, int target) =>
            (Transposed ? (nint)source * TargetChannels + target : (nint)target * SourceChannels + source) * WinogradTransforms.Taps;
    }

    /// <summary>Transforms 16 filters of one source channel.</summary>
    private struct FilterBody : IParallelBody
    {
        public Plan Plan;
        public Shared Shared;
        public float* Weights;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var taps = stackalloc float[WinogradTransforms.Taps * Lanes.Count];
            var (target, source) = (index / Plan.SourceChannels * Lanes.Count, index % Plan.SourceChannels);
            TransposeTile.Run(
                Weights + Plan.WeightOffset(source, target), null, Plan.WeightOffset(0, 1) , Math.Min(Lanes.Count, Plan.TargetChannels - target),
                WinogradTransforms.Taps, taps, Lanes.Count, Lanes.Count);
            var (panel, lane) = (target / Avx512MicroKernel.NR, target % Avx512MicroKernel.NR);
            WinogradTransforms.Filter(
                taps, Plan.Transposed,
                Shared.Filters + panel * WinogradTransforms.Points * Plan.FilterPointStride + (nint)source * Avx512MicroKernel.NR + lane,
                Plan.FilterPointStride);
        }
    }

    /// <summary>Some rows of tiles.</summary>
    private struct ItemBody : IParallelBody
    {
        public Plan Plan;
        public Shared Shared;
        public float* Source;
        public float* Bias;
        public float* Target;
        public float* Scratch;
        public bool Relu;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var pixels = Scratch + worker * Plan.WorkerFloats;
            var input = pixels + Plan.PixelFloats;
            var products = input + WinogradTransforms.Points * Plan.InputPointStride;
            var y = products + WinogradTransforms.Points * Plan.ProductPointStride;
            var first = index * Plan.Tiling.ItemRows;
            var end = Math.Min(Plan.Tiling.Rows, first + Plan.Tiling.ItemRows);
            TransformInput(first, end, pixels, input);
            for (var channel = 0; channel < Plan.TargetChannels; channel += Plan.Block)
            {
                var channels = Math.Min(Plan.Block, Plan.TargetChannels - channel);
                for (var point = 0; point < WinogradTransforms.Points; point++)
                    Multiply(
                        input + point * Plan.InputPointStride, point, channel, channels, (end - first) * Plan.Tiling.Columns,
                        products + point * Plan.ProductPointStride);
                TransformOutput(first, end, channel, channels, products, y);
            }
        }

        private readonly void TransformInput(int first, int end, float* pixels, float* input)
        {
            for (var row = first; row < end;)
            {
                var (image, imageRow, rows) = (row / Plan.Tiling.ImageRows, row % Plan.Tiling.ImageRows, Plan.Tiling.RowsOfImage(row, end));
                var sourceRow = 2 * imageRow - Plan.PaddingTop;
                var band = new ChannelsLastBand(
                    Source + (nint)image * Plan.SourceChannels * Plan.Height * Plan.Width, Plan.SourceChannels, Plan.Height, Plan.Width,
                    sourceRow, sourceRow + 2 * rows + 2, pixels, Shared.Zeros);
                for (var i = 0; i < rows; i++, row++, input += (nint)Plan.Tiling.Columns * Plan.Stride)
                    for (var channel = 0; channel < Plan.Stride; channel += Lanes.Count)
                        WinogradTransforms.Input(
                            band.Rows(sourceRow + 2 * i, channel), -Plan.PaddingLeft, Plan.Tiling.Columns, input + channel, Plan.Stride,
                            Plan.InputPointStride);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(float* input, int point, int channel, int channels, int tiles, float* products)
        {
            const int mr = 12, nr = 32;
            for (var k = 0; k < Plan.SourceChannels; k += Plan.Depth)
                for (var column = 0; column < channels; column += nr)
                {
                    var panel = Shared.Filters + ((channel + column) / nr * WinogradTransforms.Points + point) * Plan.FilterPointStride + (nint)k * nr;
                    for (var tile = 0; tile < tiles; tile += mr)
                    {
                        var target = new Tile { C = products + (nint)tile * Plan.Block + column, Ldc = Plan.Block, Accumulate = k > 0 };
                        Avx512MicroKernel.Run(
                            Math.Min(mr, tiles - tile), channels - column > nr / 2 ? nr : nr / 2, Math.Min(Plan.Depth, Plan.SourceChannels - k),
                            input + (nint)tile * Plan.Stride + k, Plan.Stride, 1, panel, nr, &target);
                    }
                }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void TransformOutput(int first, int end, int channel, int channels, float* products, float* y)
        {
            var zero = Vector512<float>.Zero;
            var plane = (nint)Plan.TargetHeight * Plan.TargetWidth;
            for (var row = first; row < end; row++, products += Plan.Tiling.Columns * Plan.Block)
            {
                var (image, targetRow) = (row / Plan.Tiling.ImageRows, row % Plan.Tiling.ImageRows * 2);
                var pixels = Math.Min(2, Plan.TargetHeight - targetRow) * Plan.TargetWidth;
                for (var lane = 0; lane < channels; lane += Lanes.Count)
                {
                    zero += WinogradTransforms.Output(
                        products + lane, Plan.ProductPointStride, Plan.Block, Plan.Tiling.Columns, y + lane, Plan.TargetWidth);
                    var lanes = Math.Min(Lanes.Count, channels - lane);
                    var k = channel + lane;
                    var bias = Bias == null ? Vector512<float>.Zero : Lanes.Load(Bias + k, Lanes.First(lanes));
                    var target = Target + ((nint)image * Plan.TargetChannels + k) * plane + (nint)targetRow * Plan.TargetWidth;
                    for (var pixel = 0; pixel < pixels; pixel += Lanes.Count)
                    {
                        var count = Math.Min(Lanes.Count, pixels - pixel);
                        TransposeTile.Run(
                            y + (nint)pixel * Plan.Block + lane, null, Plan.Block, count, lanes, target + pixel, plane, count, bias, Relu);
                    }
                }
            }

            if (!Vector512.EqualsAll(zero, Vector512<float>.Zero))
                *Shared.NotFinite = 1;
        }
    }
}
