using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The gradient of the input where that has few channels, by phases (W. Shi et al., "Is the deconvolution layer the same as a
// convolutional layer?", 2016, arXiv:1609.07009): an input row h has h + padding = stride i + a, and of the taps only every
// stride-th, r = a + stride t, meets it. So the pixels of equal remainders (a, b) are a convolution of dy with stride 1:
//
//   z[a, b, c, i, j] = Σ_{k, t, u} dy[k, i - t, j - u] w[k, c, a + strideY t, b + strideX u]
//
// As in DirectConvolution vectors hold pixels of a row, since IndirectConvolution's, which hold channels, would be nearly empty: of images
// of 3 channels at 224 x 224, 7x7/2 takes a fourth and 3x3/2 less than half of its time.
//
//   item     a band of rows i of an image: the rows of dy that it sees are copied, with a border of zeros, to the worker's scratch, in L2
//   tile     rows of z x 2 vectors of pixels; operand (k, t, u) lies at the vector's place plus an offset. The phases see the same pixels,
//            so that a tile has the channels of all of them, but for the last t and u, which the kernel's end leaves to some: these make up
//            to four groups of taps, each with its rows of z
//   end      a band's phases, in scratch as well, are interleaved to rows of dx
//
// FLOPs: 2 N K H W C R S / (strideY strideX), with rows of z rounded up to whole vectors and a group's rows to the micro-kernel's;
// bytes: dy once, with the halo of a band, and dx once.

/// <summary>The data gradient of a convolution with few input channels.</summary>
internal static unsafe class PhasedDataGradient
{
    // With more, vectors of channels are more than half full.
    private const int MaximumChannels = 8;

    private const int LeastColumns = Lanes.Count / 2;

    // Products of a block, which are summed apart: long sums round less so.
    private const int BlockDepth = 128;

    /// <summary>Whether this computes a convolution's data gradient.</summary>
    public static bool Takes(in ConvolutionShape shape) =>
        shape is { Groups: 1, C: <= MaximumChannels, DilationX: 1, DilationY: 1, Q: >= LeastColumns };

    /// <summary>Bytes of workspace, 64-byte aligned.</summary>
    public static long WorkspaceBytes(in ConvolutionShape shape)
    {
        var (bytes, count) = (0L, 0);
        foreach (var rows in Cut(shape, MicroKernels.MR))
        {
            var depth = rows.Depth(shape);
            bytes += OffsetBytes(depth) + WeightBytes(depth, Rounding.RoundUp(rows.Rows, MicroKernels.RowGroup));
            count++;
        }

        return PieceBytes(count) + bytes;
    }

    /// <summary>dx = the gradient with respect to x.</summary>
    public static void Run(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace) =>
        MicroKernels.Run(new Gradient(pool, shape, dy, weights, dx, workspace));

    private static void Run<TKernel>(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
        where TKernel : unmanaged, IMicroKernel
    {
        var plan = new Plan(pool.Count, shape, TKernel.NR / 2);
        var pieces = (Piece*)workspace;
        var count = Arrange(shape, plan, TKernel.MR, TKernel.RowGroup, weights, pieces);
        PlaneLoop.Run(pool, plan.Items, plan.ItemWork, new ItemBody<TKernel>
        {
            Shape = shape, Plan = plan, Dy = dy, Pieces = pieces, PieceCount = count, Dx = dx, Memory = pool.Scratch(plan.WorkerBytes),
        });
    }

    // The groups of taps, cut into rows of z that follow each other and fit into a tile.
    private static IEnumerable<RowsOfTaps> Cut(ConvolutionShape shape, int mr)
    {
        foreach (var (t, phasesY) in Ranges(shape.R, shape.StrideY))
            foreach (var (u, phasesX) in Ranges(shape.S, shape.StrideX))
            {
                var (runs, length) = phasesX == shape.StrideX ? (1, phasesY * phasesX * shape.C) : (phasesY, phasesX * shape.C);
                for (var run = 0; run < runs; run++)
                    for (var row = 0; row < length; row += mr)
                        yield return new(run * shape.StrideX * shape.C + row, Math.Min(mr, length - row), t, u);
            }

        // The taps that all phases have, and the last one, if only some do.
        static IEnumerable<(Range Taps, int Phases)> Ranges(int taps, int stride)
        {
            if (taps >= stride)
                yield return (..(taps / stride), stride);
            if (taps % stride > 0)
                yield return ((taps / stride)..(taps / stride + 1), taps % stride);
        }
    }

    // Writes the pieces, and behind them the offsets and weights that they point to.
    private static int Arrange(in ConvolutionShape shape, in Plan plan, int mr, int rowGroup, float* weights, Piece* pieces)
    {
        RowsOfTaps[] cut = [.. Cut(shape, mr)];
        var memory = (byte*)pieces + PieceBytes(cut.Length);
        for (var i = 0; i < cut.Length; i++)
        {
            var (row, rows, t, u) = cut[i];
            var depth = cut[i].Depth(shape);
            var offsets = (int*)memory;
            var packed = (float*)(memory + OffsetBytes(depth));
            var stride = Rounding.RoundUp(rows, rowGroup);
            pieces[i] = new() { Row = row, Rows = rows, Depth = depth, WeightStride = stride, Offsets = offsets, Weights = packed };
            memory = (byte*)packed + WeightBytes(depth, stride);
            for (var k = 0; k < shape.K; k++)
                for (var y = t.Start.Value; y < t.End.Value; y++)
                    for (var x = u.Start.Value; x < u.End.Value; x++)
                    {
                        *offsets++ = k * plan.ChannelStride + (plan.Rows.Taps - 1 - y) * plan.BandColumns + plan.Columns.Taps - 1 - x;
                        for (var r = row; r < row + stride; r++)
                            *packed++ = r < row + rows ? weights[WeightIndex(shape, k, r, y, x)] : 0;
                    }
        }

        return cut.Length;
    }

    // Of row [a, b, c] of z at tap (t, u).
    private static nint WeightIndex(in ConvolutionShape shape, int k, int row, int t, int u)
    {
        var (phase, c) = Math.DivRem(row, shape.C);
        var (a, b) = Math.DivRem(phase, shape.StrideX);
        return (((nint)k * shape.C + c) * shape.R + a + shape.StrideY * t) * shape.S + b + shape.StrideX * u;
    }

    private static long PieceBytes(int count) => Rounding.RoundUp((long)count * sizeof(Piece), 64);

    private static long OffsetBytes(int depth) => Rounding.RoundUp((long)depth * sizeof(int), 64);

    private static long WeightBytes(int depth, int stride) => Rounding.RoundUp((long)depth * stride * sizeof(float), 64);

    /// <summary>Consecutive rows of z, and the taps (t, u) of a group that reach them.</summary>
    private readonly record struct RowsOfTaps(int Row, int Rows, Range T, Range U)
    {
        public int Depth(in ConvolutionShape shape) => shape.K * (T.End.Value - T.Start.Value) * (U.End.Value - U.Start.Value);
    }

    /// <summary>The same, as the kernel reads it.</summary>
    private struct Piece
    {
        public int Row;
        public int Rows;
        public int Depth;

        /// <summary>Floats of a product's weights: the rows in whole groups.</summary>
        public int WeightStride;

        /// <summary>Where in the band each product's pixel lies, from a result's place on.</summary>
        public int* Offsets;

        public float* Weights;
    }

    /// <summary>One dimension: position i of the phases, from <see cref="First"/> on, and remainder a make input position stride i + a - padding.</summary>
    private readonly struct PhaseAxis(int length, int taps, int stride, int padding)
    {
        /// <summary>Taps of the phase that has most.</summary>
        public int Taps => Rounding.DivideUp(taps, stride);

        public int First => padding / stride;

        public int Count => (length - 1 + padding) / stride - First + 1;
    }

    /// <summary>Sizes and blocking.</summary>
    private readonly struct Plan
    {
        // A band of dy: 256 KiB of the L2 cache.
        private const int BandFloats = 64 << 10;

        private const int ItemsPerWorker = 4;

        public readonly PhaseAxis Rows;
        public readonly PhaseAxis Columns;

        /// <summary>Rows of each phase in a band.</summary>
        public readonly int BandRows;

        /// <summary>Bands of an image.</summary>
        public readonly int Bands;

        /// <summary>Floats of a row of a phase, whole vectors.</summary>
        public readonly int PhaseColumns;

        /// <summary>Floats of a row of a band.</summary>
        public readonly int BandColumns;

        /// <summary>Floats of a channel's band.</summary>
        public readonly int ChannelStride;

        public readonly int Items;
        public readonly int ItemWork;
        private readonly long bandFloats;
        private readonly long phaseFloats;

        public Plan(int workers, in ConvolutionShape shape, int lanes)
        {
            Rows = new(shape.H, shape.R, shape.StrideY, shape.PaddingTop);
            Columns = new(shape.W, shape.S, shape.StrideX, shape.PaddingLeft);
            PhaseColumns = Rounding.RoundUp(Columns.Count, lanes);
            BandColumns = PhaseColumns + Columns.Taps - 1;

            var fits = BandFloats / (shape.K * BandColumns) - (Rows.Taps - 1);
            var wanted = Rounding.DivideUp(Rows.Count * shape.N, workers * ItemsPerWorker);
            BandRows = Math.Clamp(Math.Min(fits, wanted), 1, Rows.Count);
            Bands = Rounding.DivideUp(Rows.Count, BandRows);
            ChannelStride = Rounding.OddLines((BandRows + Rows.Taps - 1) * BandColumns);
            bandFloats = (long)shape.K * ChannelStride;
            phaseFloats = (long)shape.C * shape.StrideY * shape.StrideX * BandRows * PhaseColumns;
            Items = shape.N * Bands;
            ItemWork = (int)Math.Min(int.MaxValue, (long)BandRows * PhaseColumns * shape.K * shape.Taps * shape.C / Lanes.Count + 1);
        }

        /// <summary>Where in a worker's scratch memory the phases begin, behind the band.</summary>
        public long PhasesStart => Rounding.RoundUp(bandFloats, Lanes.Count);

        /// <summary>A worker's scratch memory, in whole pairs of cache lines.</summary>
        public long WorkerBytes => sizeof(float) * Rounding.RoundUp(PhasesStart + phaseFloats, 2 * Lanes.Count);
    }

    private struct ItemBody<TKernel> : IParallelBody
        where TKernel : unmanaged, IMicroKernel
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* Dy;
        public Piece* Pieces;
        public int PieceCount;
        public float* Dx;
        public WorkerScratch Memory;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (image, first) = (index / Plan.Bands, index % Plan.Bands * Plan.BandRows);
            var rows = Math.Min(Plan.BandRows, Plan.Rows.Count - first);
            var band = (float*)Memory.Of(worker);
            var phases = band + Plan.PhasesStart;
            CopyBand(image, first, band);

            new Span<float>(phases, Shape.C * Shape.StrideY * Shape.StrideX * RowStride).Clear();
            for (var piece = Pieces; piece < Pieces + PieceCount; piece++)
                for (var k = 0; k < piece->Depth; k += BlockDepth)
                    Multiply(rows, piece, k, band, phases + piece->Row * RowStride);

            for (var c = 0; c < Shape.C; c++)
                for (var i = 0; i < rows; i++)
                    for (var a = 0; a < Shape.StrideY; a++)
                    {
                        var h = (Plan.Rows.First + first + i) * Shape.StrideY + a - Shape.PaddingTop;
                        if ((uint)h < (uint)Shape.H)
                            Interleave(Phase(phases, a, 0) + (c * Plan.BandRows + i) * Plan.PhaseColumns, Dx + (((nint)image * Shape.C + c) * Shape.H + h) * Shape.W);
                    }
        }

        // Floats of a row of z, and of the rows of a phase.
        private readonly int RowStride => Plan.BandRows * Plan.PhaseColumns;

        private readonly int PhaseStride => Shape.C * RowStride;

        private readonly float* Phase(float* phases, int a, int b) => phases + (a * Shape.StrideX + b) * PhaseStride;

        private readonly void CopyBand(int image, int first, float* band)
        {
            var source = Dy + (nint)image * Shape.K * Shape.OutputPlane;
            var row = Plan.Rows.First + first - (Plan.Rows.Taps - 1);
            var column = Plan.Columns.First - (Plan.Columns.Taps - 1);
            for (var k = 0; k < Shape.K; k++, source += Shape.OutputPlane, band += Plan.ChannelStride)
                PaddedPlane.Copy(source, Shape.P, Shape.Q, row, column, band, Plan.BandRows + Plan.Rows.Taps - 1, Plan.BandColumns);
        }

        // Adds a block of a piece's products, in a band. The vectors of z lie one behind the other, row after row.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(int rows, Piece* piece, int k, float* band, float* z)
        {
            int nr = TKernel.NR, lanes = nr / 2;
            var rowVectors = Plan.PhaseColumns / lanes;
            var vectors = rows * rowVectors;
            var depth = Math.Min(BlockDepth, piece->Depth - k);
            var (stride, count) = (piece->WeightStride, piece->Rows);
            var weights = piece->Weights + k * stride;
            var offsets = piece->Offsets + k;
            var tile = new Tile { Ldc = RowStride, Accumulate = true };
            for (var vector = 0; vector < vectors; vector += 2)
            {
                var isPair = vector + 1 < vectors;
                var first = band + Place(vector, rowVectors);
                var second = isPair ? band + Place(vector + 1, rowVectors) : first;
                tile.C = z + vector * lanes;
                TKernel.Run(count, isPair ? nr : lanes, depth, weights, 1, stride, new IndirectColumns(first, second, offsets), &tile);
            }
        }

        // Of a vector of results, in the band.
        private readonly int Place(int vector, int rowVectors)
        {
            var (row, column) = Math.DivRem(vector, rowVectors);
            return row * Plan.BandColumns + column * (TKernel.NR / 2);
        }

        // The phases' rows, PhaseStride apart, to one of dx.
        private readonly void Interleave(float* phases, float* target)
        {
            var left = Shape.PaddingLeft % Shape.StrideX;
            if (Shape.StrideX == 2)
            {
                InterleaveTwo(phases + left * PhaseStride, phases + (1 - left) * PhaseStride + left, target);
                return;
            }

            for (var w = 0; w < Shape.W; w++)
            {
                var (j, b) = Math.DivRem(w + left, Shape.StrideX);
                target[w] = phases[b * PhaseStride + j];
            }
        }

        // The even columns come from one phase, the odd ones from the other.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void InterleaveTwo(float* even, float* odd, float* target)
        {
            var lower = (Vector512<int>.Indices >> 1) | ((Vector512<int>.Indices & Vector512<int>.One) << 4);
            var upper = lower + Vector512.Create(Lanes.Count / 2);
            for (var w = 0; w < Shape.W; w += 2 * Lanes.Count, even += Lanes.Count, odd += Lanes.Count)
            {
                var left = Shape.W - w;
                var x0 = Lanes.Load(even, (left + 1) / 2);
                var x1 = Lanes.Load(odd, left / 2);
                Lanes.Store(target + w, left, Lanes.Permute(x0, lower, x1));
                Lanes.Store(target + w + Lanes.Count, left - Lanes.Count, Lanes.Permute(x0, upper, x1));
            }
        }
    }

    private readonly struct Gradient(WorkerPool pool, ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace) : IMicroKernelUser
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel => PhasedDataGradient.Run<TKernel>(pool, shape, dy, weights, dx, workspace);
    }
}
