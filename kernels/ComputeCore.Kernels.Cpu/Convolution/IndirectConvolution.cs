using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Convolution as a product with the implicit im2col matrix A[pixels, channels * taps], after M. Dukhan, "The Indirect
// Convolution Algorithm", 2019 (arXiv:1907.02129), taken one step further. In an image with its border of zeros, the address
// of A(pixel, k) is a sum, rows[pixel] + columns[k], for every stride and dilation. So the micro-kernel reads A straight from
// the padded image through two short tables: im2col is neither built nor packed. B[channels * taps, K] are the weights,
// packed with the output channels along the vector.
//
//   item     group, part of the output channels, and a band of an image's rows or, where images are small, several images;
//            the padded band is copied to the worker's scratch
//   block    64, 32 or 16 output channels
//   phase    the pixels that see the same taps (one, but for the data gradient of a strided convolution; see Axis)
//   KC       rows of B that stay in L1 while all tiles of 6 pixels pass; tiles accumulate in scratch [pixels, 64], in L2
//   then     the block is transposed in registers to channel-major rows, with the epilogue
//
// The data gradient is the same algorithm with transposed axes and weights. FLOPs 2 * N * K * P * Q * C / groups * R * S;
// bytes: source and target once each, plus the halo of a band; the packed weights stream from L2 once per item.

/// <summary>2-D convolution forward, and backward to the data.</summary>
internal static unsafe class IndirectConvolution
{
    /// <summary>Bytes of workspace of the data gradient.</summary>
    public static long DataWorkspaceBytes(in ConvolutionShape shape) => new Plan(shape, transposed: true).SharedBytes;

    /// <summary>Bytes of what <see cref="Prepare"/> makes of the weights.</summary>
    public static long PreparedBytes(in ConvolutionShape shape) => new Plan(shape, transposed: false).SharedBytes;

    /// <summary>Packs the weights for <see cref="Forward"/>.</summary>
    public static void Prepare(WorkerPool pool, in ConvolutionShape shape, float* weights, byte* prepared) =>
        Pack(pool, new Plan(shape, transposed: false), weights, prepared);

    /// <summary>y = convolution(x, weights), then the epilogue.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, byte* prepared, in ConvolutionEpilogue epilogue, float* y) =>
        Run(pool, new Plan(shape, transposed: false), x, prepared, epilogue, y);

    /// <summary>dx = the gradient with respect to x.</summary>
    public static void BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
    {
        var plan = new Plan(shape, transposed: true);
        Pack(pool, plan, weights, workspace);
        Run(pool, plan, dy, workspace, default, dx);
    }

    private static void Pack(WorkerPool pool, in Plan plan, float* weights, byte* prepared)
    {
        var tables = new Tables(plan, prepared);
        tables.Fill(plan);
        PlaneLoop.Run(
            pool,
            plan.Groups * plan.PackItems,
            plan.PackItemSize,
            new PackBody { Plan = plan, Tables = tables, Weights = weights });
    }

    private static void Run(WorkerPool pool, in Plan plan, float* source, byte* prepared, in ConvolutionEpilogue epilogue, float* target)
    {
        var scratch = pool.Scratch(plan.WorkerBytes);
        for (var worker = 0; worker < pool.Count; worker++)
            ((Scratch*)scratch.Of(worker))->CopiedBand = -1;
        PlaneLoop.Run(pool, plan.Items, plan.ItemWork, new ItemBody
        {
            Plan = plan, Tables = new Tables(plan, prepared), Source = source, Epilogue = epilogue, Target = target, Memory = scratch,
        });
    }

    /// <summary>Sizes and blocking.</summary>
    private readonly struct Plan
    {
        // Of B per pass over the tiles: 24 KiB, half of the L1 cache.
        private const int BlockFloats = 96 * 64;

        // A worker's padded band and its accumulators share the L2 cache with the block's weights.
        private const int BandFloats = 128 * 1024;
        private const int BandPixels = 1024;

        // Pixels per item that make reading the weights from farther than L2 cheap.
        private const int WantedPixels = 256;

        // Enough items to keep the threads of a desktop processor busy when there is only one image.
        private const int WantedItems = 16;
        private const int LeastItems = 8;

        private const int PackedChannels = 16;

        public readonly int N;
        public readonly int Groups;
        public readonly Axis Y;
        public readonly Axis X;

        /// <summary>Channels of a group that are read, and that are written.</summary>
        public readonly int SourceChannels;
        public readonly int Channels;

        /// <summary>Rows of a band, in steps of the vertical axis.</summary>
        public readonly int BandSteps;
        public readonly int Bands;

        /// <summary>Images of an item, 1 unless an image is one band; more make better use of the weights in the cache.</summary>
        public readonly int Images;

        /// <summary>Parts of the output channels that are items of their own.</summary>
        public readonly int Parts;

        public readonly int PaddedRows;
        public readonly int PaddedColumns;
        public readonly int ChannelStride;

        /// <summary>Rows of the accumulators: every phase's pixels, rounded up to whole tiles.</summary>
        public readonly int AccumulatorRows;

        private readonly bool transposed;

        public Plan(in ConvolutionShape shape, bool transposed)
        {
            this.transposed = transposed;
            N = shape.N;
            Groups = shape.Groups;
            if (transposed)
            {
                Y = Axis.Transposed(shape.H, shape.P, shape.R, shape.StrideY, shape.PaddingTop, shape.DilationY);
                X = Axis.Transposed(shape.W, shape.Q, shape.S, shape.StrideX, shape.PaddingLeft, shape.DilationX);
                (SourceChannels, Channels) = (shape.GroupOutputs, shape.GroupInputs);
            }
            else
            {
                Y = Axis.Forward(shape.H, shape.P, shape.R, shape.StrideY, shape.PaddingTop, shape.DilationY);
                X = Axis.Forward(shape.W, shape.Q, shape.S, shape.StrideX, shape.PaddingLeft, shape.DilationX);
                (SourceChannels, Channels) = (shape.GroupInputs, shape.GroupOutputs);
            }

            var steps = Rounding.DivideUp(Y.Target, Y.Step);
            var halo = Y.LastOffset - Y.FirstOffset + 1;
            PaddedColumns = (Rounding.DivideUp(X.Target, X.Step) - 1) * X.Multiple + X.LastOffset - X.FirstOffset + 1;

            var fits = BandFloats / Math.Max(1, SourceChannels * PaddedColumns) - halo;
            BandSteps = Math.Clamp(Math.Min(fits / Y.Multiple + 1, BandPixels / (X.Target * Y.Step)), 1, steps);
            Bands = Rounding.DivideUp(steps, BandSteps);
            Parts = Math.Clamp(WantedItems / (N * Groups * Bands), 1, Rounding.DivideUp(Channels, IndirectMicroKernel.MaxWidth));

            // Each band reads its part of the weights again: not where that is most of what is read.
            if (Parts < LeastItems || (long)SourceChannels * Y.Source * X.Source > (long)Depth * Channels)
                Bands = Math.Max(Bands, Math.Clamp(WantedItems / (N * Groups * Parts), 1, steps));
            BandSteps = Rounding.DivideUp(steps, Bands);
            Bands = Rounding.DivideUp(steps, BandSteps);

            PaddedRows = (BandSteps - 1) * Y.Multiple + halo;

            // An odd number of cache lines, so that the channels of a pixel spread over the cache's sets.
            ChannelStride = Rounding.OddLines(PaddedRows * PaddedColumns);

            var imagePixels = BandSteps * Y.Step * X.Target;
            Images = Bands > 1
                ? 1
                : Math.Clamp(
                    Math.Min(Math.Min(BandFloats / (SourceChannels * ChannelStride), WantedPixels / imagePixels), N * Groups * Parts / WantedItems),
                    1, N);

            AccumulatorRows = 0;
            for (var phase = 0; phase < Phases; phase++)
                AccumulatorRows += Rounding.DivideUp(Images * PhasePixels(phase, BandSteps * Y.Step), IndirectMicroKernel.Rows) * IndirectMicroKernel.Rows;
        }

        public int Phases => Y.Step * X.Step;

        /// <summary>Rows of B per pass over the tiles.</summary>
        public static int KC(int width) => BlockFloats / width;

        /// <summary>Rows of B over all phases: every tap belongs to one phase.</summary>
        public int Depth => SourceChannels * Y.Taps * X.Taps;

        public int PaddedChannels => Rounding.DivideUp(Channels, Lanes.Count) * Lanes.Count;

        public int Items => Rounding.DivideUp(N, Images) * Groups * Bands * Parts;

        /// <summary>Multiply-adds of an item, as elements that make a thread worth waking.</summary>
        public int ItemWork => (int)Math.Min(
            int.MaxValue, (long)Images * BandTargets * Depth * Channels / Parts / (Phases * 16L) + 1);

        public int PackItems => Rounding.DivideUp(SourceChannels, PackedChannels);

        public int PackItemSize => PackedChannels * Y.Taps * X.Taps * Channels;

        /// <summary>Pixels of one image's band.</summary>
        public int BandTargets => BandSteps * Y.Step * X.Target;

        public long TableInts => Depth + AccumulatorRows + (long)Images * BandTargets + 3L * Phases;

        public long SharedBytes => 4 * (Rounding.RoundUp(TableInts, Lanes.Count) + (long)Groups * PaddedChannels * Depth);

        /// <summary>One image's padded band.</summary>
        public int ImageStride => SourceChannels * ChannelStride;

        public long PaddedFloats => Rounding.RoundUp((long)Images * ImageStride, Lanes.Count);

        public long WorkerBytes => 4 * (Scratch.Floats + PaddedFloats + Rounding.RoundUp((long)AccumulatorRows * IndirectMicroKernel.MaxWidth, Lanes.Count));

        /// <summary>Pixels of a phase in a band's first <paramref name="rows"/> rows.</summary>
        public int PhasePixels(int phase, int rows) => Y.Count(rows, phase / X.Step) * X.Count(X.Target, phase % X.Step);

        /// <summary>weights[k, c, r, s] for an output channel, an input channel and a tap of this direction.</summary>
        public nint WeightOffset(int group, int channel, int sourceChannel) =>
            (transposed
                ? (nint)(group * SourceChannels + sourceChannel) * Channels + channel
                : (nint)(group * Channels + channel) * SourceChannels + sourceChannel) * (Y.Taps * X.Taps);

        /// <summary>Whether B's rows are in the order of the weights' memory, so that packing is a transpose.</summary>
        public bool PacksByTranspose => !transposed;

        public (int First, int End) PackRange(int item) =>
            (item * PackedChannels, Math.Min(SourceChannels, (item + 1) * PackedChannels));
    }

    /// <summary>The beginning of a worker's scratch memory; the padded band and the accumulators follow.</summary>
    private struct Scratch
    {
        public const int Floats = Lanes.Count;

        /// <summary>The number of the band that is copied; a worker whose next item is another part of it finds it there.</summary>
        public int CopiedBand;
    }

    /// <summary>One phase: its rows of B, and its first row of the accumulators.</summary>
    private struct Phase
    {
        public int FirstDepth;
        public int Depth;
        public int FirstRow;
    }

    /// <summary>The addresses of A, and the packed weights.</summary>
    private readonly struct Tables
    {
        public readonly Phase* Phases;

        /// <summary>Offset in the padded band of each row of B.</summary>
        public readonly int* Columns;

        /// <summary>Offset in the padded band of each accumulator row's pixel.</summary>
        public readonly int* Rows;

        /// <summary>The accumulator row of each pixel of the band.</summary>
        public readonly int* RowOfPixel;

        /// <summary>Blocks of up to 64 output channels, each [depth, width].</summary>
        public readonly float* Weights;

        public Tables(in Plan plan, byte* memory)
        {
            Phases = (Phase*)memory;
            Columns = (int*)(Phases + plan.Phases);
            Rows = Columns + plan.Depth;
            RowOfPixel = Rows + plan.AccumulatorRows;
            Weights = (float*)(memory + plan.SharedBytes) - (nint)plan.Groups * plan.PaddedChannels * plan.Depth;
        }

        public void Fill(in Plan plan)
        {
            var (depth, row) = (0, 0);
            for (var index = 0; index < plan.Phases; index++)
            {
                var (phaseY, phaseX) = (index / plan.X.Step, index % plan.X.Step);
                Phase phase = default;
                phase.FirstDepth = depth;
                phase.FirstRow = row;
                for (var r = 0; r < plan.Y.Taps; r++)
                {
                    if (!plan.Y.Sees(phaseY, r, out var y))
                        continue;
                    for (var s = 0; s < plan.X.Taps; s++)
                        if (plan.X.Sees(phaseX, s, out var x))
                            Columns[depth++] = (y - plan.Y.FirstOffset) * plan.PaddedColumns + x - plan.X.FirstOffset;
                }

                var taps = depth - phase.FirstDepth;
                phase.Depth = taps * plan.SourceChannels;
                for (var end = phase.FirstDepth + phase.Depth; depth < end; depth++)
                    Columns[depth] = Columns[depth - taps] + plan.ChannelStride;

                for (var image = 0; image < plan.Images; image++)
                    for (var i = 0; i < plan.BandSteps; i++)
                        for (var j = 0; j < plan.X.Count(plan.X.Target, phaseX); j++)
                        {
                            var pixel = (i * plan.Y.Step + phaseY) * plan.X.Target + j * plan.X.Step + phaseX;
                            RowOfPixel[image * plan.BandTargets + pixel] = row;
                            Rows[row++] = image * plan.ImageStride
                                + i * plan.Y.Multiple * plan.PaddedColumns + j * plan.X.Multiple;
                        }

                while (row % IndirectMicroKernel.Rows != 0)
                    Rows[row++] = 0;
                Phases[index] = phase;
            }
        }

        /// <summary>B of one block of output channels.</summary>
        public float* Block(in Plan plan, int group, int channel) =>
            Weights + ((nint)group * plan.PaddedChannels + channel) * plan.Depth;
    }

    /// <summary>Packs the weights of some source channels of one group.</summary>
    private struct PackBody : IParallelBody
    {
        public Plan Plan;
        public Tables Tables;
        public float* Weights;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (group, item) = (index / Plan.PackItems, index % Plan.PackItems);
            var (first, end) = Plan.PackRange(item);
            for (var channel = 0; channel < Plan.Channels;)
            {
                var width = IndirectMicroKernel.Width(Plan.Channels - channel);
                var channels = Math.Min(width, Plan.Channels - channel);
                var block = Tables.Block(Plan, group, channel);
                if (Plan.PacksByTranspose)
                    PackTransposed(group, channel, channels, first, end, block, width);
                else
                    PackPhases(group, channel, channels, first, end, block, width);
                channel += width;
            }
        }

        private readonly void PackTransposed(int group, int channel, int channels, int first, int end, float* block, int width)
        {
            var taps = Plan.Y.Taps * Plan.X.Taps;
            for (var lane = 0; lane < width; lane += Lanes.Count)
            {
                var source = Weights + Plan.WeightOffset(group, channel + lane, 0);
                for (var row = first * taps; row < end * taps; row += Lanes.Count)
                    TransposeTile.Run(
                        source + row, null, Plan.Depth, Math.Clamp(channels - lane, 0, Lanes.Count), Math.Min(Lanes.Count, end * taps - row),
                        block + (nint)row * width + lane, width, Lanes.Count);
            }
        }

        private readonly void PackPhases(int group, int channel, int channels, int first, int end, float* block, int width)
        {
            for (var index = 0; index < Plan.Phases; index++)
            {
                var phase = Tables.Phases[index];
                var row = block + (nint)(phase.FirstDepth + phase.Depth / Plan.SourceChannels * first) * width;
                for (var c = first; c < end; c++)
                {
                    var source = Weights + Plan.WeightOffset(group, channel, c);
                    for (var r = 0; r < Plan.Y.Taps; r++)
                    {
                        if (!Plan.Y.Sees(index / Plan.X.Step, r, out _))
                            continue;
                        for (var s = 0; s < Plan.X.Taps; s++)
                        {
                            if (!Plan.X.Sees(index % Plan.X.Step, s, out _))
                                continue;
                            for (var lane = 0; lane < channels; lane++)
                                row[lane] = source[(lane * Plan.Y.Taps + r) * Plan.X.Taps + s];
                            for (var lane = channels; lane < width; lane++)
                                row[lane] = 0;
                            row += width;
                        }
                    }
                }
            }
        }
    }

    /// <summary>Some output channels of a band, or of some images.</summary>
    private struct ItemBody : IParallelBody
    {
        public Plan Plan;
        public Tables Tables;
        public float* Source;
        public ConvolutionEpilogue Epilogue;
        public float* Target;
        public WorkerScratch Memory;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var scratch = (Scratch*)Memory.Of(worker);
            var padded = (float*)scratch + Scratch.Floats;
            var accumulators = padded + Plan.PaddedFloats;
            var part = index % Plan.Parts;
            var band = index / Plan.Parts % Plan.Bands;
            var group = index / (Plan.Parts * Plan.Bands) % Plan.Groups;
            var firstImage = index / (Plan.Parts * Plan.Bands * Plan.Groups) * Plan.Images;
            var images = Math.Min(Plan.Images, Plan.N - firstImage);

            for (var image = 0; image < images && scratch->CopiedBand != index / Plan.Parts; image++)
                CopyBand(firstImage + image, group, band, padded + (nint)image * Plan.ImageStride);
            scratch->CopiedBand = index / Plan.Parts;
            var firstRow = band * Plan.BandSteps * Plan.Y.Step;
            var rows = Math.Min(Plan.BandSteps * Plan.Y.Step, Plan.Y.Target - firstRow);
            var blocks = Rounding.DivideUp(Plan.Channels, IndirectMicroKernel.MaxWidth);
            var channel = part * blocks / Plan.Parts * IndirectMicroKernel.MaxWidth;
            var end = Math.Min(Plan.Channels, (part + 1) * blocks / Plan.Parts * IndirectMicroKernel.MaxWidth);
            while (channel < end)
            {
                var width = IndirectMicroKernel.Width(end - channel);
                Multiply(padded, Tables.Block(Plan, group, channel), width, images, rows, accumulators);
                for (var image = 0; image < images; image++)
                    Store(
                        firstImage + image, group, channel, Math.Min(width, end - channel), width, firstRow, rows, accumulators,
                        Tables.RowOfPixel + (nint)image * Plan.BandTargets);
                channel += width;
            }
        }

        private readonly void CopyBand(int n, int group, int band, float* padded)
        {
            var plane = (nint)Plan.Y.Source * Plan.X.Source;
            var source = Source + ((nint)n * Plan.Groups + group) * Plan.SourceChannels * plane;
            var firstRow = band * Plan.BandSteps * Plan.Y.Multiple + Plan.Y.FirstOffset;
            for (var c = 0; c < Plan.SourceChannels; c++)
                PaddedPlane.Copy(
                    source + c * plane, Plan.Y.Source, Plan.X.Source, firstRow, Plan.X.FirstOffset,
                    padded + (nint)c * Plan.ChannelStride, Plan.PaddedRows, Plan.PaddedColumns);
        }

        private readonly void Multiply(float* padded, float* block, int width, int images, int rows, float* accumulators)
        {
            for (var index = 0; index < Plan.Phases; index++)
            {
                var phase = Tables.Phases[index];
                var pixels = (images - 1) * Plan.PhasePixels(index, Plan.BandSteps * Plan.Y.Step) + Plan.PhasePixels(index, rows);
                var tiles = Rounding.DivideUp(pixels, IndirectMicroKernel.Rows);
                var kc = Plan.KC(width);
                var depth = 0;
                do
                {
                    IndirectMicroKernel.Multiply(
                        padded, Tables.Rows + phase.FirstRow, tiles, Tables.Columns + phase.FirstDepth + depth,
                        Math.Min(kc, phase.Depth - depth), block + (nint)(phase.FirstDepth + depth) * width, width,
                        accumulators + (nint)phase.FirstRow * width, accumulate: depth > 0);
                    depth += kc;
                }
                while (depth < phase.Depth);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Store(
            int n, int group, int channel, int channels, int width, int firstRow, int rows, float* accumulators, int* rowOfPixel)
        {
            var plane = (nint)Plan.Y.Target * Plan.X.Target;
            var pixels = rows * Plan.X.Target;
            for (var pixel = 0; pixel < pixels; pixel += Lanes.Count)
            {
                var count = Math.Min(Lanes.Count, pixels - pixel);
                for (var lane = 0; lane < channels; lane += Lanes.Count)
                {
                    var k = (nint)group * Plan.Channels + channel + lane;
                    var lanes = Math.Min(Lanes.Count, channels - lane);
                    var target = ((nint)n * Plan.Groups * Plan.Channels + k) * plane + (nint)firstRow * Plan.X.Target + pixel;
                    TransposeTile.Run(
                        accumulators + lane, rowOfPixel + pixel, width, count, lanes, Target + target, plane, count, Epilogue.At(k, lanes, target));
                }
            }
        }
    }
}
