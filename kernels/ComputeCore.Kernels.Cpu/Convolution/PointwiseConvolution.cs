using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Convolution by 1 x 1 kernels: for each image the matrix product y[K, pixels] = weights[K, C] · x[C, pixels], in the layout in which
// images lie in memory already. The weights are packed once, into panels of the micro-kernel's rows.
//
//   item     some pixels of an image and a part of the output channels
//   chunk    the item's pixels, packed into panels of the micro-kernel's columns that stay in L2, while the first panel of the weights
//            passes; a worker whose next item is another part of the same pixels finds them packed
//   KC       input channels of a pass: a panel of the weights stays in L1 while the chunk's panels stream from L2
//
// With a stride the pixels that are read are first gathered into rows; in the data gradient theirs are spread at last.
// FLOPs 2 * N * K * P * Q * C; bytes: x and y once each; the weights stream from L2 or L3 once per chunk.
//
// The data gradient is the same with the weights transposed. Of small images it is one product over the pixels of all images,
// dx[C, images * pixels] = weightsᵀ[C, K] · dy[K, images * pixels], whose tiles reach from one image into the next. So is the weights'
// gradient, dw[K, C] = dy[K, images * pixels] · x[images * pixels, C], unless it has few weights: PointwiseWeightsGradient.

/// <summary>2-D convolution by 1 x 1 kernels, and its gradients.</summary>
internal static unsafe class PointwiseConvolution
{
    // Of the tiles' columns, how many hold pixels at least: in images of 7 x 7 IndirectConvolution wastes less, where it has items enough
    // of 64 output channels each. With a stride it would copy pixels that nothing reads.
    private const double LeastUse = 0.8;
    private const int IndirectItems = 8;
    private const int IndirectChannels = 64;

    // Planes that are fetched ahead while others are gathered.
    private const int PlanesAhead = 2;

    /// <summary>Whether this computes a convolution: one of 1 x 1 kernels that never leave the image.</summary>
    public static bool Takes(in ConvolutionShape shape) =>
        TakesWeightsGradient(shape)
        && (IsStrided(shape)
            || shape.OutputPlane >= LeastUse * Rounding.RoundUp(shape.OutputPlane, MicroKernels.NR / 2)
            || shape.N * Rounding.DivideUp(shape.K, IndirectChannels) < IndirectItems);

    /// <summary>Whether this computes a convolution's weights' gradient, which is one product over all images.</summary>
    public static bool TakesWeightsGradient(in ConvolutionShape shape) =>
        shape is { R: 1, S: 1, Groups: 1, PaddingTop: 0, PaddingLeft: 0 }
        && (shape.P - 1) * shape.StrideY < shape.H && (shape.Q - 1) * shape.StrideX < shape.W;

    /// <summary>Bytes of what <see cref="Prepare"/> makes of the weights.</summary>
    public static long PreparedBytes(in ConvolutionShape shape) =>
        sizeof(float) * new Plan(1, shape, MicroKernels.MR, MicroKernels.NR).Panels.Floats;

    /// <summary>Packs the weights for <see cref="Forward"/>.</summary>
    public static void Prepare(WorkerPool pool, in ConvolutionShape shape, float* weights, byte* prepared) =>
        Pack(pool, shape, new MatrixPacker(weights, 1, shape.C), (float*)prepared);

    private static void Pack(WorkerPool pool, in ConvolutionShape shape, MatrixPacker weights, float* packed)
    {
        new Plan(pool.Count, shape, MicroKernels.MR, MicroKernels.NR).Panels.Pack(pool, weights, packed);
    }

    /// <summary>y = convolution(x, weights), then the epilogue.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, byte* prepared, in ConvolutionEpilogue epilogue, float* y)
    {
        MicroKernels.Run(new Convolution(pool, shape, x, prepared, epilogue, y));
    }

    /// <summary>Whether this computes a convolution's data gradient.</summary>
    public static bool TakesDataGradient(in ConvolutionShape shape) => Takes(shape) || (TakesWeightsGradient(shape) && IsOneProduct(shape));

    /// <summary>Bytes of workspace of <see cref="BackwardData"/>.</summary>
    public static long DataWorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) => ProductBytes(pool, Transposed(shape)) + GatheredBytes(shape);

    /// <summary>Bytes of workspace of <see cref="BackwardWeights"/>.</summary>
    public static long WeightsWorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) =>
        GemmDriver.WorkspaceBytes(pool.Count, shape.K, shape.C, shape.N * shape.OutputPlane) + GatheredBytes(shape);

    /// <summary>dx = the gradient with respect to x.</summary>
    public static void BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
    {
        var transposed = Transposed(shape);
        var transposedWeights = new MatrixPacker(weights, shape.C, 1);
        var gathered = IsStrided(shape) ? (float*)(workspace + ProductBytes(pool, transposed)) : dx;
        if (IsOneProduct(transposed))
        {
            GemmDriver.Run(
                pool, transposed.K, transposed.N * transposed.OutputPlane, transposed.C, transposedWeights,
                new ImagePixels(dy, transposed.C, transposed.OutputPlane), new ImagePixels(gathered, transposed.K, transposed.OutputPlane),
                accumulate: false, default, workspace);
        }
        else
        {
            Pack(pool, transposed, transposedWeights, (float*)workspace);
            Forward(pool, transposed, dy, workspace, default, gathered);
        }

        if (IsStrided(shape))
            PlaneLoop.Run(pool, shape.N * shape.C, shape.InputPlane, new SpreadBody { Shape = shape, Gathered = gathered, Dx = dx });
    }

    /// <summary>dweights = the gradient with respect to the weights.</summary>
    public static void BackwardWeights(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        if (IsStrided(shape))
        {
            var gathered = (float*)(workspace + GemmDriver.WorkspaceBytes(pool.Count, shape.K, shape.C, shape.N * shape.OutputPlane));
            PlaneLoop.Run(pool, shape.N * shape.C, shape.OutputPlane, new GatherBody { Shape = shape, X = x, Gathered = gathered });
            x = gathered;
        }

        GemmDriver.Run(
            pool, shape.K, shape.C, shape.N * shape.OutputPlane, new PixelPacker(dy, shape.K, shape.OutputPlane), new PixelPacker(x, shape.C, shape.OutputPlane),
            new MatrixView(dweights, shape.C), accumulate: false, default, workspace);
    }

    /// <summary>Copies the pixels [first, first + pixels) of those that a strided kernel reads in a plane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void GatherPixels(in ConvolutionShape shape, float* plane, int first, int pixels, float* target)
    {
        var (p, q) = (first / shape.Q, first % shape.Q);
        for (var rest = pixels; rest > 0; p++, q = 0)
        {
            var run = Math.Min(rest, shape.Q - q);
            var source = plane + (nint)p * shape.StrideY * shape.W + (nint)q * shape.StrideX;
            Lanes.PrefetchFar(source + PlanesAhead * shape.InputPlane, Rounding.DivideUp(run * shape.StrideX, Lanes.Count));
            for (var i = 0; i < run; i += Lanes.Count)
                Lanes.Store(target + i, Lanes.First(run - i), Lanes.LoadStrided(source + i * shape.StrideX, shape.StrideX, run - i));
            target += run;
            rest -= run;
        }
    }

    // Whether the data gradient of these images is one product. The forward pass, whose weights inference prepares once, would be slower
    // so (1.04 times for all of MobileNetV2): the product packs them again.
    private static bool IsOneProduct(in ConvolutionShape shape) =>
        shape.N > 1 && shape.OutputPlane < LeastUse * Rounding.RoundUp(shape.OutputPlane, MicroKernels.NR / 2);

    private static bool IsStrided(in ConvolutionShape shape) => shape is not { StrideY: 1, StrideX: 1 };

    // Of the pixels that the kernel reads.
    private static ConvolutionShape Transposed(in ConvolutionShape shape) =>
        shape with { C = shape.K, K = shape.C, H = shape.P, W = shape.Q, StrideY = 1, StrideX = 1 };

    private static long GatheredBytes(in ConvolutionShape shape) => IsStrided(shape) ? sizeof(float) * (long)shape.N * shape.C * shape.OutputPlane : 0;

    private static long ProductBytes(WorkerPool pool, in ConvolutionShape shape) => IsOneProduct(shape)
        ? GemmDriver.WorkspaceBytes(pool.Count, shape.K, shape.N * shape.OutputPlane, shape.C)
        : (PreparedBytes(shape) + 63) / 64 * 64;

    private static void Run<TKernel>(
        WorkerPool pool, in ConvolutionShape shape, float* x, byte* prepared, in ConvolutionEpilogue epilogue, float* y)
        where TKernel : unmanaged, IMicroKernel
    {
        var plan = new Plan(pool.Count, shape, TKernel.MR, TKernel.NR);
        var scratch = pool.Scratch(sizeof(float) * plan.WorkerFloats);
        for (var worker = 0; worker < pool.Count; worker++)
            ((Scratch*)scratch.Of(worker))->PackedChunk = -1;
        PlaneLoop.Run(pool, plan.Items, plan.ItemWork, new ItemBody<TKernel>
        {
            Shape = shape, Plan = plan, X = x, Weights = (float*)prepared, Epilogue = epilogue, Y = y, Memory = scratch,
        });
    }

    /// <summary>Sizes and blocking. How pixels and output channels are cut does not change a result's bits.</summary>
    private readonly struct Plan
    {
        // A panel of the weights and a panel of pixels: up to 24 KiB and 64 KiB with AVX-512.
        private const int MaximumKC = 512;

        // Of a chunk: 384 KiB of the L2 cache.
        private const int ChunkFloats = 96 << 10;

        private const int ItemsPerWorker = 4;

        public readonly int MR;
        public readonly int NR;

        /// <summary>Input channels of a pass.</summary>
        public readonly int KC;

        /// <summary>Pixels of a chunk, a multiple of NR.</summary>
        public readonly int Chunk;

        /// <summary>Chunks of an image.</summary>
        public readonly int Chunks;

        /// <summary>Parts of the output channels.</summary>
        public readonly int Parts;

        public readonly WeightPanels Panels;

        public readonly int Items;
        public readonly int ItemWork;
        private readonly long gatheredFloats;
        private readonly int channels;

        public Plan(int workers, in ConvolutionShape shape, int mr, int nr)
        {
            (MR, NR) = (mr, nr);
            channels = shape.C;
            KC = Rounding.DivideUp(shape.C, Rounding.DivideUp(shape.C, MaximumKC));
            Panels = new WeightPanels(shape.K, shape.C, KC, mr);
            var pixelPanels = Rounding.DivideUp(shape.OutputPlane, nr);
            var wanted = Rounding.DivideUp(workers * ItemsPerWorker, shape.N);

            // Whichever is smaller, weights or pixels, is read again for each part of the other.
            Chunks = Rounding.DivideUp(pixelPanels, Math.Max(1, ChunkFloats / (shape.C * nr)));
            if (shape.K <= shape.OutputPlane)
                Chunks = Math.Clamp(wanted, Chunks, pixelPanels);
            Chunk = Rounding.DivideUp(pixelPanels, Chunks) * nr;
            Chunks = Rounding.DivideUp(shape.OutputPlane, Chunk);
            Parts = Math.Clamp(Rounding.DivideUp(wanted, Chunks), 1, Panels.Count);
            Items = shape.N * Chunks * Parts;
            ItemWork = (int)Math.Min(int.MaxValue, (long)Chunk * shape.C * shape.K / Parts / 16 + 1);
            gatheredFloats = IsStrided(shape) ? (long)Chunk * shape.C : 0;
        }

        /// <summary>A worker's scratch memory, in whole pairs of cache lines.</summary>
        public long WorkerFloats => (Scratch.Floats + NR * MR + (long)Chunk * channels + gatheredFloats + 31) / 32 * 32;
    }

    /// <summary>The beginning of a worker's scratch memory; a tile, the packed chunk and the gathered pixels follow.</summary>
    private struct Scratch
    {
        public const int Floats = 16;

        /// <summary>The number of the chunk that is packed.</summary>
        public int PackedChunk;
    }

    /// <summary>Copies the pixels of a plane that a strided kernel reads.</summary>
    private struct GatherBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public float* X;
        public float* Gathered;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            GatherPixels(Shape, X + (nint)plane * Shape.InputPlane, 0, Shape.OutputPlane, Gathered + (nint)plane * Shape.OutputPlane);
        }
    }

    /// <summary>Copies the gradients of the pixels of a plane that a strided kernel read to their places; the others have none.</summary>
    private struct SpreadBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public float* Gathered;
        public float* Dx;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            PaddedPlane.CopySpread(
                Gathered + (nint)plane * Shape.OutputPlane, Shape.P, Shape.Q, 0, 0, Shape.StrideY, Shape.StrideX, Dx + (nint)plane * Shape.InputPlane, Shape.H, Shape.W);
        }
    }

    private struct ItemBody<TKernel> : IParallelBody
        where TKernel : unmanaged, IMicroKernel
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* X;
        public float* Weights;
        public ConvolutionEpilogue Epilogue;
        public float* Y;
        public WorkerScratch Memory;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (part, chunk) = (index % Plan.Parts, index / Plan.Parts);
            var (image, first) = (chunk / Plan.Chunks, chunk % Plan.Chunks * Plan.Chunk);
            var pixels = Math.Min(Plan.Chunk, Shape.OutputPlane - first);
            var scratch = (Scratch*)Memory.Of(worker);
            var buffer = (float*)scratch + Scratch.Floats;
            var packed = buffer + Plan.MR * Plan.NR;
            var source = X + (nint)image * Shape.C * Shape.InputPlane + first;
            nint stride = Shape.InputPlane;
            var packs = scratch->PackedChunk != chunk;
            scratch->PackedChunk = chunk;
            if (packs && IsStrided(Shape))
            {
                var gathered = packed + (nint)Shape.C * Plan.Chunk;
                Gather(source - first, first, pixels, gathered);
                source = gathered;
                stride = Plan.Chunk;
            }

            var y = (nint)image * Shape.K * Shape.OutputPlane + first;
            var (begin, end) = Plan.Panels.Part(part, Plan.Parts);
            for (var c = 0; c < Shape.C; c += Plan.KC)
                Multiply(c, begin, end, pixels, packs ? source + c * stride : null, stride, packed + (nint)c * Plan.Chunk, y, buffer);
        }

        // The pixels that come after next, of the same channels: with 16 to 144 channels in memory that is 1.1 to 1.3 times as fast as to
        // fetch some channels ahead, of which there are too few.
        private const int FetchedPanels = 2;

        /// <summary>Packs the pixels behind the last whole panel.</summary>
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void PackRest(float* source, nint stride, int kc, int pixels, float* packed)
        {
            var nr = TKernel.NR;
            var whole = pixels / nr * nr;
            packed += (nint)whole * kc;
            for (var k = 0; k < kc; k++, source += stride, packed += nr)
                for (var i = 0; i < nr; i += Lanes.Count)
                    Lanes.Store(packed + i, Lanes.First(nr - i), Lanes.Load(source + whole + i, Lanes.First(pixels - whole - i)));
        }

        /// <summary>Copies the pixels that a strided kernel reads to [C, chunk].</summary>
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Gather(float* x, int first, int pixels, float* gathered)
        {
            for (var c = 0; c < Shape.C; c++)
                GatherPixels(Shape, x + (nint)c * Shape.InputPlane, first, pixels, gathered + (nint)c * Plan.Chunk);
        }

        // If there is a source, its pixels are packed on the way, while the first panel of the weights passes: they come from memory,
        // and the multiplications hide that.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(int c, int beginPanel, int endPanel, int pixels, float* source, nint stride, float* packed, nint y, float* buffer)
        {
            int mr = TKernel.MR, nr = TKernel.NR;
            var kc = Math.Min(Plan.KC, Shape.C - c);
            var isLast = c + kc == Shape.C;
            if (source != null && pixels % nr != 0)
                PackRest(source, stride, kc, pixels, packed);
            for (var panel = beginPanel; panel < endPanel; panel++, source = null)
            {
                var k = panel * mr;
                var rows = Math.Min(mr, Shape.K - k);
                var weights = Weights + Plan.Panels.Offset(panel, c);
                var target = new Tile { Ldc = Shape.OutputPlane, Accumulate = c > 0 };
                if (isLast)
                    target.Epilogue = Epilogue.OfRows(k);
                for (var pixel = 0; pixel < pixels; pixel += nr)
                {
                    var columns = Math.Min(nr, pixels - pixel);
                    var computed = columns <= nr / 2 ? nr / 2 : nr;
                    var pixelPanel = packed + (nint)pixel * kc;
                    var operand = new AdjacentColumns(pixelPanel, nr);
                    var at = y + (nint)k * Shape.OutputPlane + pixel;
                    target.C = Y + at;
                    target.Residual = isLast && Epilogue.Residual != null ? Epilogue.Residual + at : null;
                    if (columns == nr && source != null)
                    {
                        TKernel.Run(rows, nr, kc, weights, 1, mr, new PackingColumns(source + pixel, stride, pixelPanel, FetchedPanels * nr), &target);
                    }
                    else if (columns == computed)
                    {
                        TKernel.Run(rows, computed, kc, weights, 1, mr, operand, &target);
                    }
                    else
                    {
                        var tile = new Tile { C = buffer, Ldc = nr };
                        TKernel.Run(rows, computed, kc, weights, 1, mr, operand, &tile);
                        target.Store(buffer, nr, rows, columns);
                    }
                }
            }
        }
    }

    private readonly struct Convolution(WorkerPool pool, ConvolutionShape shape, float* x, byte* prepared, ConvolutionEpilogue epilogue, float* y) : IMicroKernelUser
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel => PointwiseConvolution.Run<TKernel>(pool, shape, x, prepared, epilogue, y);
    }
}
