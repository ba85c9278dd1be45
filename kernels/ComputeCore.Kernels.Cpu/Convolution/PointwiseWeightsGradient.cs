using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The weights' gradient of 1 x 1 kernels of few channels, dw[k, c] = Σ dy[n, k, pixel] · x[n, c, pixel], as dot products along the pixels,
// where both operands lie already: with few channels, a product that packs them (see GemmDriver) packs more than it multiplies. With 24
// and 144 channels at 56 x 56 this takes 0.74 of its time, with 64 and 64 as long.
//
//   slice    some chunks of the images' pixels: a task, with its own partial sums, which are added in order at last
//   chunk    up to 1024 neighbouring pixels: six rows of dy are 24 KiB, half of the L1 cache, while rows of x stream from L2
//   tile     6 channels of dy x 4 of x: 24 of AVX-512's registers hold the lanes' sums, ten loads per 24 fused multiply-adds; between
//            chunks they lie in the worker's scratch, in L2, and become numbers once per slice
//
// FLOPs 2 * N * K * C * P * Q; bytes: x and dy once each.

/// <summary>The weights' gradient of 2-D convolution by 1 x 1 kernels of few channels.</summary>
internal static unsafe class PointwiseWeightsGradient
{
    private const int Rows = 6;
    private const int Columns = 4;

    // The lanes' sums of all weights fill 256 KiB of the L2 cache.
    private const int MostWeights = 4096;

    // Of fewer pixels, a tile's sums would come and go as often as operands.
    private const int LeastPixels = 256;
    private const int ChunkPixels = 1024;
    private const int MostSlices = 16;

    /// <summary>Whether this computes a convolution's weights' gradient. Without AVX-512 there are too few registers.</summary>
    public static bool Takes(in ConvolutionShape shape) =>
        Vector512.IsHardwareAccelerated
        && shape is { N: > 0, R: 1, S: 1, Groups: 1, PaddingTop: 0, PaddingLeft: 0, StrideY: 1, StrideX: 1 }
        && (long)shape.K * shape.C <= MostWeights && shape.OutputPlane >= LeastPixels;

    /// <summary>Bytes of workspace.</summary>
    public static long WorkspaceBytes(in ConvolutionShape shape) => sizeof(float) * (long)new Plan(shape).Slices * shape.K * shape.C;

    /// <summary>dweights = the gradient with respect to the weights.</summary>
    public static void Run(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        var plan = new Plan(shape);
        var partial = (float*)workspace;
        pool.For(plan.Slices, new SliceBody { Shape = shape, Plan = plan, X = x, Dy = dy, Partial = partial, Memory = pool.Scratch(plan.WorkerBytes) });
        var weights = shape.K * shape.C;
        new Span<float>(partial, weights).CopyTo(new Span<float>(dweights, weights));
        for (var slice = 1; slice < plan.Slices; slice++)
            Add(partial + (nint)slice * weights, dweights, weights);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* part, float* sums, int count)
    {
        for (var i = 0; i < count; i += Lanes.Count)
            Lanes.Store(sums + i, count - i, Lanes.Load(sums + i, count - i) + Lanes.Load(part + i, count - i));
    }

    /// <summary>Sizes and blocking, which depend on the shape alone: so do the result's bits.</summary>
    private readonly struct Plan
    {
        /// <summary>Pixels of a chunk, a multiple of a vector's; the last one of an image may be shorter.</summary>
        public readonly int Chunk;

        /// <summary>Chunks of an image.</summary>
        public readonly int Chunks;

        /// <summary>Tasks.</summary>
        public readonly int Slices;

        /// <summary>Tiles along dy's channels, and along x's.</summary>
        public readonly int TilesOfK;
        public readonly int TilesOfC;

        public Plan(in ConvolutionShape shape)
        {
            Chunk = Rounding.RoundUp(Rounding.DivideUp(shape.OutputPlane, Rounding.DivideUp(shape.OutputPlane, ChunkPixels)), Lanes.Count);
            Chunks = Rounding.DivideUp(shape.OutputPlane, Chunk);
            Slices = Math.Min(shape.N * Chunks, MostSlices);
            TilesOfK = Rounding.DivideUp(shape.K, Rows);
            TilesOfC = Rounding.DivideUp(shape.C, Columns);
        }

        /// <summary>A worker's scratch memory: the lanes' sums of all tiles.</summary>
        public long WorkerBytes => sizeof(float) * (long)TilesOfK * TilesOfC * Rows * Columns * Lanes.Count;
    }

    private struct SliceBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* X;
        public float* Dy;
        public float* Partial;
        public WorkerScratch Memory;

        public readonly void Run(int slice, int worker)
        {
            var sums = (float*)Memory.Of(worker);
            var chunks = (long)Shape.N * Plan.Chunks;
            var begin = (int)(slice * chunks / Plan.Slices);
            var end = (int)((slice + 1) * chunks / Plan.Slices);
            for (var chunk = begin; chunk < end; chunk++)
            {
                var (image, first) = (chunk / Plan.Chunks, chunk % Plan.Chunks * Plan.Chunk);
                MultiplyChunk(
                    Dy + (nint)image * Shape.K * Shape.OutputPlane + first, X + (nint)image * Shape.C * Shape.OutputPlane + first,
                    Math.Min(Plan.Chunk, Shape.OutputPlane - first), chunk > begin, sums);
            }

            Reduce(sums, Partial + (nint)slice * Shape.K * Shape.C);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void MultiplyChunk(float* dy, float* x, int pixels, bool accumulate, float* sums)
        {
            nint plane = Shape.OutputPlane;
            for (var k = 0; k < Shape.K; k += Rows, dy += Rows * plane)
            {
                for (var c = 0; c < Shape.C; c += Columns, sums += Rows * Columns * Lanes.Count)
                {
                    // A row of the next tile of dy comes from memory meanwhile.
                    var next = dy + (Rows + c / Columns % Rows) * plane;
                    Tile(dy, plane, Math.Min(Rows, Shape.K - k) - 1, x + c * plane, Math.Min(Columns, Shape.C - c) - 1, pixels, next, accumulate, sums);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Reduce(float* sums, float* partial)
        {
            for (var k = 0; k < Shape.K; k += Rows)
                for (var c = 0; c < Shape.C; c += Columns, sums += Rows * Columns * Lanes.Count)
                    for (var i = 0; i < Math.Min(Rows, Shape.K - k); i++)
                        for (var j = 0; j < Math.Min(Columns, Shape.C - c); j++)
                            partial[(k + i) * Shape.C + c + j] = Lanes.Sum(Vector512.Load(sums + (i * Columns + j) * Lanes.Count));
        }
    }

    // sums[i, j] (+)= dy[i] · x[j], lane by lane; beyond the last row the last one is multiplied again.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Tile(float* dy, nint plane, int lastRow, float* x, int lastColumn, int pixels, float* next, bool accumulate, float* sums)
    {
        var dy1 = dy + Math.Min(1, lastRow) * plane;
        var dy2 = dy + Math.Min(2, lastRow) * plane;
        var dy3 = dy + Math.Min(3, lastRow) * plane;
        var dy4 = dy + Math.Min(4, lastRow) * plane;
        var dy5 = dy + Math.Min(5, lastRow) * plane;
        var x1 = x + Math.Min(1, lastColumn) * plane;
        var x2 = x + Math.Min(2, lastColumn) * plane;
        var x3 = x + Math.Min(3, lastColumn) * plane;
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default, c43 = default;
        Vector512<float> c50 = default, c51 = default, c52 = default, c53 = default;
        if (accumulate)
        {
            (c00, c01, c02, c03) = Load(sums, 0);
            (c10, c11, c12, c13) = Load(sums, 1);
            (c20, c21, c22, c23) = Load(sums, 2);
            (c30, c31, c32, c33) = Load(sums, 3);
            (c40, c41, c42, c43) = Load(sums, 4);
            (c50, c51, c52, c53) = Load(sums, 5);
        }

        for (nint p = 0; p < pixels; p += Lanes.Count)
        {
            var inside = Lanes.First(pixels - (int)p);
            Lanes.PrefetchFar(next + p, 1);
            var b0 = Lanes.Load(x + p, inside);
            var b1 = Lanes.Load(x1 + p, inside);
            var b2 = Lanes.Load(x2 + p, inside);
            var b3 = Lanes.Load(x3 + p, inside);
            var a = Lanes.Load(dy + p, inside);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(a, b2, c02);
            c03 = Vector512.FusedMultiplyAdd(a, b3, c03);
            a = Lanes.Load(dy1 + p, inside);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(a, b2, c12);
            c13 = Vector512.FusedMultiplyAdd(a, b3, c13);
            a = Lanes.Load(dy2 + p, inside);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(a, b2, c22);
            c23 = Vector512.FusedMultiplyAdd(a, b3, c23);
            a = Lanes.Load(dy3 + p, inside);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(a, b2, c32);
            c33 = Vector512.FusedMultiplyAdd(a, b3, c33);
            a = Lanes.Load(dy4 + p, inside);
            c40 = Vector512.FusedMultiplyAdd(a, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(a, b1, c41);
            c42 = Vector512.FusedMultiplyAdd(a, b2, c42);
            c43 = Vector512.FusedMultiplyAdd(a, b3, c43);
            a = Lanes.Load(dy5 + p, inside);
            c50 = Vector512.FusedMultiplyAdd(a, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(a, b1, c51);
            c52 = Vector512.FusedMultiplyAdd(a, b2, c52);
            c53 = Vector512.FusedMultiplyAdd(a, b3, c53);
        }

        Store(sums, 0, c00, c01, c02, c03);
        Store(sums, 1, c10, c11, c12, c13);
        Store(sums, 2, c20, c21, c22, c23);
        Store(sums, 3, c30, c31, c32, c33);
        Store(sums, 4, c40, c41, c42, c43);
        Store(sums, 5, c50, c51, c52, c53);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> C0, Vector512<float> C1, Vector512<float> C2, Vector512<float> C3) Load(float* sums, int row)
    {
        sums += row * Columns * Lanes.Count;
        return (Vector512.Load(sums), Vector512.Load(sums + Lanes.Count), Vector512.Load(sums + 2 * Lanes.Count), Vector512.Load(sums + 3 * Lanes.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sums, int row, Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3)
    {
        sums += row * Columns * Lanes.Count;
        c0.Store(sums);
        c1.Store(sums + Lanes.Count);
        c2.Store(sums + 2 * Lanes.Count);
        c3.Store(sums + 3 * Lanes.Count);
    }
}
