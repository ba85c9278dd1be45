using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Convolution with the pixels of an output row along the vector and the output channels down the tile, as direct convolutions do it
// (E. Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures", SC18, arXiv:1808.05567, with
// the roles of channels and pixels exchanged): results leave the registers in the layout of images, with their epilogue, and an
// input of few channels fills vectors all the same.
//
//   item     a band of an image's output rows and a part of the output channels; the band's input, with its border of zeros, is
//            copied to the worker's scratch, in L2, a row of stride s as s rows of every s-th column, so that the pixels that a
//            vector of results sees through one tap are neighbours
//   tile     MR output channels x 2 vectors of pixels; operand k = (c, r, s) lies at the vector's place plus offsets[k], so that
//            im2col is neither built nor packed (M. Dukhan, "The Indirect Convolution Algorithm", 2019, arXiv:1907.02129); a panel of
//            the weights stays in L1 while the tiles of the band pass
//
// A row's last vector begins a vector before its end, and computes some pixels once more, with the same bits: no vector is stored in
// part. The tiles are the matrix product's (Avx512MicroKernel: 12 x 32), whose loads of pixels here cross cache lines. So this is for
// sums of few products, where the store counts: with 3 input channels it takes 0.6 to 0.9 of IndirectConvolution's time, which reads
// its vectors aligned but has to transpose its results; with 64 channels 1.2 times as long.
// FLOPs 2 * N * K * P * Q * C * R * S, with Q rounded up to whole vectors; bytes: x once, plus the halo of a band, and y once.

/// <summary>2-D convolution of few input channels, forward.</summary>
internal static unsafe class DirectConvolution
{
    // Products of a sum. Beyond that IndirectConvolution is faster.
    private const int MaximumDepth = 160;

    // A tile of few products is done before memory has brought what it stores to: that is fetched earlier (1.1 times as fast, images cold;
    // with 147 products that gained nothing).
    private const int TilesFetchedAhead = 2;
    private const int FewProducts = 64;

    // Of the lanes of a row's vectors, how many are pixels at least that no other vector computes.
    private const double LeastUse = 0.75;

    /// <summary>Whether this computes a convolution.</summary>
    public static bool Takes(in ConvolutionShape shape)
    {
        var lanes = MicroKernels.NR / 2;
        return shape.Groups == 1 && shape.C * shape.Taps <= MaximumDepth && shape.Q >= Math.Max(lanes, LeastUse * Rounding.RoundUp(shape.Q, lanes));
    }

    /// <summary>Bytes of what <see cref="Prepare"/> makes of the weights.</summary>
    public static long PreparedBytes(in ConvolutionShape shape) => sizeof(float) * new Plan(1, shape, MicroKernels.MR, MicroKernels.NR).Panels.Floats;

    /// <summary>Bytes of workspace of <see cref="Forward"/>.</summary>
    public static long WorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) =>
        new Plan(pool.Count, shape, MicroKernels.MR, MicroKernels.NR).OffsetBytes;

    /// <summary>Packs the weights for <see cref="Forward"/>.</summary>
    public static void Prepare(WorkerPool pool, in ConvolutionShape shape, float* weights, byte* prepared)
    {
        var plan = new Plan(pool.Count, shape, MicroKernels.MR, MicroKernels.NR);
        plan.Panels.Pack(pool, new MatrixPacker(weights, 1, plan.Depth), (float*)prepared);
    }

    /// <summary>y = convolution(x, weights), then the epilogue.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, byte* prepared, in ConvolutionEpilogue epilogue, float* y, byte* workspace)
    {
        MicroKernels.Run(new Convolution(pool, shape, x, prepared, epilogue, y, workspace));
    }

    private static void Run<TKernel>(
        WorkerPool pool, in ConvolutionShape shape, float* x, byte* prepared, in ConvolutionEpilogue epilogue, float* y, byte* workspace)
        where TKernel : unmanaged, IMicroKernel
    {
        var plan = new Plan(pool.Count, shape, TKernel.MR, TKernel.NR);
        plan.FillOffsets(shape, (int*)workspace);
        var scratch = pool.Scratch(plan.WorkerBytes);
        for (var worker = 0; worker < pool.Count; worker++)
            ((Scratch*)scratch.Of(worker))->CopiedBand = -1;
        PlaneLoop.Run(pool, plan.Items, plan.ItemWork, new ItemBody<TKernel>
        {
            Shape = shape, Plan = plan, X = x, Offsets = (int*)workspace, Weights = (float*)prepared, Epilogue = epilogue, Y = y, Memory = scratch,
        });
    }

    /// <summary>Sizes and blocking. How pixels and output channels are cut does not change a result's bits.</summary>
    private readonly struct Plan
    {
        // A band of the input: 256 KiB of the L2 cache.
        private const int BandFloats = 64 << 10;

        private const int ItemsPerWorker = 4;

        /// <summary>Products of each sum.</summary>
        public readonly int Depth;

        public readonly WeightPanels Panels;

        /// <summary>Output rows of a band.</summary>
        public readonly int BandRows;

        /// <summary>Bands of an image.</summary>
        public readonly int Bands;

        /// <summary>Parts of the output channels.</summary>
        public readonly int Parts;

        /// <summary>Input rows of a band.</summary>
        public readonly int PaddedRows;

        /// <summary>Input columns of a band, in parts of equal length for each remainder modulo the stride.</summary>
        public readonly int PaddedColumns;

        /// <summary>Floats of a channel's band.</summary>
        public readonly int ChannelStride;

        public readonly int Items;
        public readonly int ItemWork;
        private readonly long bandFloats;

        public Plan(int workers, in ConvolutionShape shape, int mr, int nr)
        {
            Depth = shape.C * shape.Taps;
            Panels = new WeightPanels(shape.K, Depth, Depth, mr);
            PaddedColumns = (shape.Q + (shape.S - 1) * shape.DilationX / shape.StrideX) * shape.StrideX;

            var wanted = Rounding.DivideUp(workers * ItemsPerWorker, shape.N);
            var halo = (shape.R - 1) * shape.DilationY + 1;
            var fits = (BandFloats / (shape.C * PaddedColumns) - halo) / shape.StrideY + 1;
            BandRows = Math.Clamp(Math.Min(fits, Rounding.DivideUp(shape.P, wanted)), 1, shape.P);
            Bands = Rounding.DivideUp(shape.P, BandRows);
            BandRows = Rounding.DivideUp(shape.P, Bands);
            Bands = Rounding.DivideUp(shape.P, BandRows);
            Parts = Math.Clamp(Rounding.DivideUp(wanted, Bands), 1, Panels.Count);

            PaddedRows = (BandRows - 1) * shape.StrideY + halo;

            // An odd number of cache lines, so that the channels of a pixel spread over the cache's sets.
            ChannelStride = Rounding.OddLines(PaddedRows * PaddedColumns);

            bandFloats = (long)shape.C * ChannelStride;
            Items = shape.N * Bands * Parts;
            ItemWork = (int)Math.Min(int.MaxValue, (long)BandRows * shape.Q * Depth * shape.K / Parts / 16 + 1);
        }

        /// <summary>Bytes of the table of offsets, in whole cache lines.</summary>
        public long OffsetBytes => sizeof(int) * Rounding.RoundUp(Depth, Lanes.Count);

        /// <summary>A worker's scratch memory, in whole pairs of cache lines.</summary>
        public long WorkerBytes => sizeof(float) * ((Scratch.Floats + bandFloats + 31) / 32 * 32);

        /// <summary>Where in the band operand k lies, from a result's place on.</summary>
        public void FillOffsets(in ConvolutionShape shape, int* offsets)
        {
            var part = PaddedColumns / shape.StrideX;
            for (var c = 0; c < shape.C; c++)
                for (var r = 0; r < shape.R; r++)
                    for (var s = 0; s < shape.S; s++)
                    {
                        var column = s * shape.DilationX;
                        *offsets++ = c * ChannelStride + r * shape.DilationY * PaddedColumns + column % shape.StrideX * part + column / shape.StrideX;
                    }
        }
    }

    /// <summary>The beginning of a worker's scratch memory; the band follows.</summary>
    private struct Scratch
    {
        public const int Floats = Lanes.Count;

        /// <summary>The number of the band that is copied; a worker whose next item is another part of it finds it there.</summary>
        public int CopiedBand;
    }

    private struct ItemBody<TKernel> : IParallelBody
        where TKernel : unmanaged, IMicroKernel
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* X;
        public int* Offsets;
        public float* Weights;
        public ConvolutionEpilogue Epilogue;
        public float* Y;
        public WorkerScratch Memory;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (part, number) = (index % Plan.Parts, index / Plan.Parts);
            var (image, firstRow) = (number / Plan.Bands, number % Plan.Bands * Plan.BandRows);
            var scratch = (Scratch*)Memory.Of(worker);
            var band = (float*)scratch + Scratch.Floats;
            if (scratch->CopiedBand != number)
            {
                CopyBand(image, firstRow, band);
                scratch->CopiedBand = number;
            }

            var rows = Math.Min(Plan.BandRows, Shape.P - firstRow);
            var y = (nint)image * Shape.K * Shape.OutputPlane + (nint)firstRow * Shape.Q;
            var (begin, end) = Plan.Panels.Part(part, Plan.Parts);
            for (var panel = begin; panel < end; panel++)
                Multiply(panel, rows, band, y);
        }

        private readonly void CopyBand(int image, int firstRow, float* band)
        {
            var source = X + (nint)image * Shape.C * Shape.InputPlane;
            var (row, column) = (firstRow * Shape.StrideY - Shape.PaddingTop, -Shape.PaddingLeft);
            for (var c = 0; c < Shape.C; c++, source += Shape.InputPlane, band += Plan.ChannelStride)
            {
                if (Shape.StrideX == 1)
                    PaddedPlane.Copy(source, Shape.H, Shape.W, row, column, band, Plan.PaddedRows, Plan.PaddedColumns);
                else
                    PaddedPlane.CopySplit(source, Shape.H, Shape.W, row, column, Shape.StrideX, band, Plan.PaddedRows, Plan.PaddedColumns);
            }
        }

        // The tiles of a band, for one panel of the weights: vectors follow each other along a row, and row after row.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(int panel, int rows, float* band, nint y)
        {
            int mr = TKernel.MR, nr = TKernel.NR;
            var channel = panel * mr;
            var channels = Math.Min(mr, Shape.K - channel);
            var weights = Weights + Plan.Panels.Offset(panel, 0);
            var tile = new Tile { Ldc = Shape.OutputPlane, Epilogue = Epilogue.OfRows(channel) };
            y += (nint)channel * Shape.OutputPlane;
            var (row, column) = (0, 0);
            while (row < rows)
            {
                var first = Next(ref row, ref column);
                var isPair = row < rows;
                var second = isPair ? Next(ref row, ref column) : first;
                tile.C = Y + y + first.Target;
                tile.Gap = second.Target - first.Target - nr / 2;
                tile.Residual = Epilogue.Residual == null ? null : Epilogue.Residual + y + first.Target;
                if (Plan.Depth <= FewProducts)
                    FetchResults(tile.C + TilesFetchedAhead * nr, channels);
                TKernel.Run(
                    channels, isPair ? nr : nr / 2, Plan.Depth, weights, 1, mr, new IndirectColumns(band + first.Source, band + second.Source, Offsets), &tile);
            }
        }

        // Of a tile of all channels.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void FetchResults(float* y, int channels)
        {
            for (var channel = 0; channel < channels; channel++, y += Shape.OutputPlane)
            {
                Lanes.Prefetch(y);
                Lanes.Prefetch(y + TKernel.NR / 2);
            }
        }

        /// <summary>Where the operands of the next vector of results lie in the band, and where in a plane it goes.</summary>
        private readonly (nint Source, nint Target) Next(ref int row, ref int column)
        {
            var lanes = TKernel.NR / 2;
            var first = Math.Min(column, Shape.Q - lanes);
            var vector = ((nint)row * Shape.StrideY * Plan.PaddedColumns + first, (nint)row * Shape.Q + first);
            column += lanes;
            if (column >= Shape.Q)
                (row, column) = (row + 1, 0);
            return vector;
        }
    }

    private readonly struct Convolution(WorkerPool pool, ConvolutionShape shape, float* x, byte* prepared, ConvolutionEpilogue epilogue, float* y, byte* workspace) : IMicroKernelUser
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel => DirectConvolution.Run<TKernel>(pool, shape, x, prepared, epilogue, y, workspace);
    }
}
