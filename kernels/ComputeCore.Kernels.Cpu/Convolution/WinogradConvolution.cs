using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Convolution by 3 x 3 filters with fewer multiplications: S. Winograd, "Arithmetic Complexity of Computations", 1980; A. Lavin,
// S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016 (arXiv:1509.09308), there F(2 x 2, 3 x 3). A tile of 2 x 2
// outputs sees 4 x 4 inputs. Both these inputs d and the filter g are transformed to 16 points, multiplied point by point,
// summed over the channels, and transformed back (the formulas stand in WinogradTransforms):
//
//   y = Aᵀ [sum over c of (G g Gᵀ) * (Bᵀ d B)] A
//
// A tile takes 16 multiplications for a pair of channels instead of 36. At each of the points the sum over channels is
// a matrix product [tiles, inputs] · [inputs, outputs], for GEMM's micro-kernel.
//
//   filters   transformed once into panels of 32 output channels, shared by all items
//   item      some rows of tiles, of one image or of several: about 96 tiles; their points stay in L2 or L3, and a block of
//            filters is read from farther only once for all of them
//   input     pixels are transposed, channels adjacent, so that a vector holds 16 channels of a pixel and no size is odd; then Bᵀ d B
//   block     64 output channels: 16 matrix products, then Aᵀ m A, bias, relu, and the transpose back to planes
//
// The data gradient is the convolution of dy by the filters turned by 180 degrees, inputs and outputs exchanged.
//
// FLOPs 2 * 16 / 4 * N * K * P * Q * C, 16 / 36 of the definition's, and some 6 additions per point of input and output. Bytes:
// source and target once each, plus the halo of an item's rows; the filters' 16 points stream from L2 or L3 once per item.
//
// Rounding: 1.1 to 1.8 times the definition's mean error, measured with 16 to 256 channels.
//
// A product of every input of a tile is in the sum for every output, or was there before it cancelled out. So an infinity or NaN
// in a tile spoils outputs that don't see it; whoever sees one come up has to fall back on the definition. It does come up: no
// value that isn't finite leaves all four outputs of its tile finite.

/// <summary>2-D convolution by 3 x 3 filters, forward, and backward to the data.</summary>
internal static unsafe class WinogradConvolution
{
    // Measured on one core of a Zen 4, 16 to 512 channels and 49 to 65536 tiles: 1.1 to 2.1 times as fast as the indirect
    // convolution. With 8 channels, or 16 to 32 tiles, some are slower: the transforms, of the pixels or of the filters, take too
    // much of the time.
    private const int LeastChannels = 16;
    private const int LeastTiles = 48;

    // Filters that stay in no cache are brought from memory for each image or two, and their 16 points are more bytes than 9 taps: one image of
    // 14 x 14 with 256 channels (49 tiles, 4 MiB of points) takes 1.17 times as long, with 64 to 256 channels (1 MiB) 0.76 times.
    private const int LeastTilesOfLargeFilters = 64;
    private const int LargeFilters = 32 << 10;

    /// <summary>
    /// Whether this is the way to compute a convolution and its gradients. The transforms hold a tile's 16 points in registers,
    /// which only AVX-512 has enough of.
    /// </summary>
    public static bool Takes(in ConvolutionShape shape) =>
        Avx512F.IsSupported
        && shape is { R: 3, S: 3, StrideY: 1, StrideX: 1, DilationY: 1, DilationX: 1, Groups: 1, C: >= LeastChannels, K: >= LeastChannels }
        && (long)shape.N * Rounding.DivideUp(shape.P, 2) * Rounding.DivideUp(shape.Q, 2)
            >= ((long)shape.C * shape.K > LargeFilters ? LeastTilesOfLargeFilters : LeastTiles);

    /// <summary>Bytes of workspace of the data gradient.</summary>
    public static long DataWorkspaceBytes(in ConvolutionShape shape) => 4 * new Plan(1, shape, transposed: true).SharedFloats;

    /// <summary>Bytes of what <see cref="Prepare"/> makes of the weights.</summary>
    public static long PreparedBytes(in ConvolutionShape shape) => 4 * new Plan(1, shape, transposed: false).SharedFloats;

    /// <summary>Transforms the weights for <see cref="Forward"/>.</summary>
    public static void Prepare(WorkerPool pool, in ConvolutionShape shape, float* weights, byte* prepared) =>
        TransformFilters(pool, new Plan(pool.Count, shape, transposed: false), weights, (float*)prepared);

    /// <summary>
    /// y = convolution(x, weights), then the epilogue. Returns false, and y is then to be computed in another way, if an infinity or
    /// NaN came up.
    /// </summary>
    public static bool Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, byte* prepared, in ConvolutionEpilogue epilogue, float* y) =>
        Run(pool, new Plan(pool.Count, shape, transposed: false), x, (float*)prepared, epilogue, y);

    /// <summary>dx = the gradient with respect to x, and returns as <see cref="Forward"/> does.</summary>
    public static bool BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
    {
        var plan = new Plan(pool.Count, shape, transposed: true);
        var shared = (float*)workspace;
        TransformFilters(pool, plan, weights, shared);
        return Run(pool, plan, dy, shared, default, dx);
    }

    private static void TransformFilters(WorkerPool pool, in Plan plan, float* weights, float* prepared)
    {
        var shared = new Shared(plan, prepared);
        new Span<float>(shared.Zeros, (int)plan.ZeroFloats).Clear();
        PlaneLoop.Run(
            pool, plan.FilterBlocks * plan.SourceGroups, FilterBody.Sources * Lanes.Count * WinogradTransforms.Points,
            new FilterBody { Plan = plan, Shared = shared, Weights = weights });
    }

    private static bool Run(
        WorkerPool pool, in Plan plan, float* source, float* prepared, in ConvolutionEpilogue epilogue, float* target)
    {
        var shared = new Shared(plan, prepared);
        *shared.NotFinite = 0;
        pool.For(plan.Tiling.Items, new ItemBody
        {
            Plan = plan, Shared = shared, Source = source, Epilogue = epilogue, Target = target,
            Scratch = pool.Scratch(sizeof(float) * plan.WorkerFloats),
        });
        return *shared.NotFinite == 0;
    }

    private readonly struct Shared(in Plan plan, float* memory)
    {
        /// <summary>A row of an image of zeros.</summary>
        public readonly float* Zeros = memory;

        /// <summary>The transformed filters, in panels: [target channels / 32, points, source channels, 32].</summary>
        public readonly float* Filters = memory + plan.ZeroFloats;

        /// <summary>Whether any output is infinite or NaN.</summary>
        public readonly int* NotFinite = (int*)(memory + plan.ZeroFloats + plan.FilterFloats);
    }

    private readonly struct Plan
    {
        /// <summary>Target channels whose products are computed at a time.</summary>
        public const int Block = 64;

        // Enough that the filters' points are worth streaming. Fewer tiles of many channels, so that theirs stay in L2, took longer: 1.6
        // times with 512 channels of 7 x 7, 8 images.
        private const int Tiles = 96;

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

        public Plan(int workers, in ConvolutionShape shape, bool transposed)
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

            Tiling = new(shape.N, TargetHeight, TargetWidth, workers, Tiles);
        }

        /// <summary>Floats of a pixel or a tile of the source.</summary>
        public int Stride => ChannelsLastBand.Stride(SourceChannels);

        public nint InputPointStride => Rounding.OddLines(Tiling.ItemTiles * Stride);

        public nint ProductPointStride => Rounding.OddLines(Tiling.ItemTiles * Block);

        public nint FilterPointStride => Rounding.OddLines(SourceChannels * Avx512MicroKernel.NR);

        /// <summary>Blocks of 16 target channels.</summary>
        public int FilterBlocks => Rounding.DivideUp(TargetChannels, Lanes.Count);

        /// <summary>Groups of source channels.</summary>
        public int SourceGroups => Rounding.DivideUp(SourceChannels, FilterBody.Sources);

        public int Panels => Rounding.DivideUp(TargetChannels, Avx512MicroKernel.NR);

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

    /// <summary>
    /// Transforms 16 filters of some source channels. Items follow one another as the weights lie in memory: target channels first
    /// where these are the inner ones, so that the weights come in streams.
    /// </summary>
    private struct FilterBody : IParallelBody
    {
        public const int Sources = 8;

        public Plan Plan;
        public Shared Shared;
        public float* Weights;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (target, group) = Plan.Transposed
                ? (index % Plan.FilterBlocks * Lanes.Count, index / Plan.FilterBlocks)
                : (index / Plan.SourceGroups * Lanes.Count, index % Plan.SourceGroups);
            var taps = stackalloc float[WinogradTransforms.Taps * Lanes.Count];
            var (panel, lane) = (target / Avx512MicroKernel.NR, target % Avx512MicroKernel.NR);
            var filters = Shared.Filters + panel * WinogradTransforms.Points * Plan.FilterPointStride + lane;
            for (var source = group * Sources; source < Math.Min(Plan.SourceChannels, (group + 1) * Sources); source++)
            {
                TransposeTile.Run(
                    Weights + Plan.WeightOffset(source, target), null, Plan.WeightOffset(0, 1), Math.Min(Lanes.Count, Plan.TargetChannels - target),
                    WinogradTransforms.Taps, taps, Lanes.Count, Lanes.Count);
                WinogradTransforms.Filter(taps, Plan.Transposed, filters + (nint)source * Avx512MicroKernel.NR, Plan.FilterPointStride);
            }
        }
    }

    /// <summary>Some rows of tiles.</summary>
    private struct ItemBody : IParallelBody
    {
        public Plan Plan;
        public Shared Shared;
        public float* Source;
        public ConvolutionEpilogue Epilogue;
        public float* Target;
        public WorkerScratch Scratch;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var pixels = (float*)Scratch.Of(worker);
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
                var (image, imageRow) = (row / Plan.Tiling.ImageRows, row % Plan.Tiling.ImageRows);
                var rows = Plan.Tiling.RowsOfImage(row, end);
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
            int mr = Avx512MicroKernel.MR, nr = Avx512MicroKernel.NR;
            for (var k = 0; k < Plan.SourceChannels; k += Plan.Depth)
                for (var column = 0; column < channels; column += nr)
                {
                    var panel = Shared.Filters
                        + ((channel + column) / nr * WinogradTransforms.Points + point) * Plan.FilterPointStride + (nint)k * nr;
                    for (var tile = 0; tile < tiles; tile += mr)
                    {
                        var target = new Tile { C = products + (nint)tile * Plan.Block + column, Ldc = Plan.Block, Accumulate = k > 0 };
                        Avx512MicroKernel.Run(
                            Math.Min(mr, tiles - tile), channels - column > nr / 2 ? nr : nr / 2,
                            Math.Min(Plan.Depth, Plan.SourceChannels - k),
                            input + (nint)tile * Plan.Stride + k, Plan.Stride, 1, new AdjacentColumns(panel, nr), &target);
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
                    var target = ((nint)image * Plan.TargetChannels + k) * plane + (nint)targetRow * Plan.TargetWidth;
                    for (var pixel = 0; pixel < pixels; pixel += Lanes.Count)
                    {
                        var count = Math.Min(Lanes.Count, pixels - pixel);
                        TransposeTile.Run(
                            y + (nint)pixel * Plan.Block + lane, null, Plan.Block, count, lanes, Target + target + pixel, plane, count,
                            Epilogue.At(k, lanes, target + pixel));
                    }
                }
            }

            if (!Vector512.EqualsAll(zero, Vector512<float>.Zero))
                *Shared.NotFinite = 1;
        }
    }
}
