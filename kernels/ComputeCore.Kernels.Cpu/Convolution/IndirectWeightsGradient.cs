using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The weights' gradient as the product dW^T[channels * taps, K] = A^T[channels * taps, pixels] * dY^T[pixels, K] summed over
// the images. The im2col matrix's addresses are sums (see IndirectConvolution), so its transpose needs no packing either:
// here a tile's rows are taps and the summed index walks over the pixels. Only dY is packed, by a transpose in registers.
//
//   item     group, block of output channels, block of input channels, chunk of the images' bands
//   band     some rows of the output: the padded input channels and dY [pixels, 64] go to the worker's scratch
//   PC       pixels whose rows of dY stay in L1 while all tiles of 6 taps pass and accumulate in [taps, 64]
//
// The chunks' sums are added in order and transposed to dW. How many there are depends on the shape alone. FLOPs
// 2 * N * K * P * Q * C / groups * R * S; bytes: x once per block of output channels, dY once per block of input channels.

/// <summary>2-D convolution backward to the weights.</summary>
internal static unsafe class IndirectWeightsGradient
{
    /// <summary>Bytes of workspace of <see cref="Run"/>.</summary>
    public static long WorkspaceBytes(WorkerPool pool, in ConvolutionShape shape)
    {
        var plan = new Plan(shape);
        return 4 * (plan.TableFloats + plan.Chunks * plan.PartialFloats + pool.Count * plan.WorkerFloats);
    }

    /// <summary>dweights = the gradient with respect to the weights.</summary>
    public static void Run(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        var plan = new Plan(shape);
        var body = new ItemBody
        {
            Shape = shape, Plan = plan, X = x, Dy = dy,
            Rows = (int*)workspace, Columns = (int*)workspace + plan.Rows,
            Partial = (float*)workspace + plan.TableFloats,
        };
        body.Scratch = body.Partial + plan.Chunks * plan.PartialFloats;
        plan.FillTables(shape, body.Rows, body.Columns);
        PlaneLoop.Run(pool, plan.Items, plan.ItemWork, body);
        PlaneLoop.Run(
            pool, plan.Slots * plan.RowTiles, plan.Chunks * IndirectMicroKernel.MaxWidth * Lanes.Count,
            new SumBody { Shape = shape, Plan = plan, Partial = body.Partial, Dweights = dweights });
    }

    private readonly struct Plan
    {
        // Of dY per pass over the tiles: 32 KiB, most of the L1 cache.
        private const int BlockFloats = 128 * 64;

        private const int BandFloats = 64 * 1024;
        private const int BandPixels = 512;

        // Rows of the accumulators, which stay in L2.
        private const int WantedRows = 320;

        // Enough items to keep the threads of a desktop processor busy; their partial sums are what it costs.
        private const int WantedItems = 16;

        public readonly int Blocks;
        public readonly int InputBlocks;

        /// <summary>Input channels of a block.</summary>
        public readonly int Inputs;

        public readonly int BandRows;
        public readonly int Bands;
        public readonly int Chunks;

        /// <summary>Images * bands, which the chunks divide.</summary>
        public readonly int Units;

        public readonly int PaddedRows;
        public readonly int PaddedColumns;
        public readonly int ChannelStride;

        /// <summary>Rows of an accumulator: inputs * taps, rounded up to whole tiles.</summary>
        public readonly int Rows;

        public readonly int Slots;
        public readonly int ItemWork;
        public readonly long PartialFloats;
        private readonly int bandPixels;

        public Plan(in ConvolutionShape shape)
        {
            Blocks = Rounding.DivideUp(shape.GroupOutputs, IndirectMicroKernel.MaxWidth);
            Inputs = Rounding.DivideUp(shape.GroupInputs, Rounding.DivideUp(shape.GroupInputs * shape.Taps, WantedRows));
            InputBlocks = Rounding.DivideUp(shape.GroupInputs, Inputs);
            Rows = Rounding.DivideUp(Inputs * shape.Taps, IndirectMicroKernel.Rows) * IndirectMicroKernel.Rows;

            var halo = (shape.R - 1) * shape.DilationY + 1;
            PaddedColumns = (shape.Q - 1) * shape.StrideX + (shape.S - 1) * shape.DilationX + 1;
            var fits = (BandFloats / (Inputs * PaddedColumns) - halo) / shape.StrideY + 1;
            BandRows = Math.Clamp(Math.Min(fits, BandPixels / shape.Q), 1, shape.P);
            Bands = Rounding.DivideUp(shape.P, BandRows);
            BandRows = Rounding.DivideUp(shape.P, Bands);
            Bands = Rounding.DivideUp(shape.P, BandRows);
            bandPixels = BandRows * shape.Q;
            PaddedRows = (BandRows - 1) * shape.StrideY + halo;
            ChannelStride = Rounding.OddLines(PaddedRows * PaddedColumns);

            Slots = shape.Groups * Blocks * InputBlocks;
            Units = shape.N * Bands;
            Chunks = Math.Clamp(WantedItems / Slots, 1, Units);
            PartialFloats = (long)Slots * Rows * IndirectMicroKernel.MaxWidth;
            ItemWork = (int)Math.Min(int.MaxValue, (long)Rounding.DivideUp(Units, Chunks) * bandPixels * Rows * 4);
        }

        public int Items => Slots * Chunks;

        /// <summary>Pixels per pass over the tiles.</summary>
        public static int PC(int width) => BlockFloats / width;

        public int RowTiles => Rounding.DivideUp(Rows, Lanes.Count);

        public long TableFloats => Rounding.RoundUp(Rows + bandPixels, Lanes.Count);

        public long PaddedFloats => Rounding.RoundUp((long)Inputs * ChannelStride, Lanes.Count);

        public long WorkerFloats => PaddedFloats + Rounding.RoundUp((long)bandPixels * IndirectMicroKernel.MaxWidth, Lanes.Count);

        /// <summary>A^T's rows, the taps of a block of input channels, and its columns, the pixels of a band, as offsets in the padded band.</summary>
        public void FillTables(in ConvolutionShape shape, int* rows, int* columns)
        {
            for (var row = 0; row < Rows; row++)
            {
                var tap = row % shape.Taps;
                rows[row] = row >= Inputs * shape.Taps
                    ? 0
                    : row / shape.Taps * ChannelStride + tap / shape.S * shape.DilationY * PaddedColumns + tap % shape.S * shape.DilationX;
            }

            for (var p = 0; p < BandRows; p++)
                for (var q = 0; q < shape.Q; q++)
                    *columns++ = p * shape.StrideY * PaddedColumns + q * shape.StrideX;
        }
    }

    /// <summary>One block of the gradient, over a chunk of the bands: partial[chunk, slot] = [taps, 64].</summary>
    private struct ItemBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* X;
        public float* Dy;
        public int* Rows;
        public int* Columns;
        public float* Partial;
        public float* Scratch;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var padded = Scratch + worker * Plan.WorkerFloats;
            var gradients = padded + Plan.PaddedFloats;
            var (chunk, slot) = (index / Plan.Slots, index % Plan.Slots);
            var inputBlock = slot % Plan.InputBlocks;
            var block = slot / Plan.InputBlocks % Plan.Blocks;
            var group = slot / (Plan.InputBlocks * Plan.Blocks);
            var sums = Partial + chunk * Plan.PartialFloats + (nint)slot * Plan.Rows * IndirectMicroKernel.MaxWidth;

            var firstInput = inputBlock * Plan.Inputs;
            var inputs = Math.Min(Plan.Inputs, Shape.GroupInputs - firstInput);
            var tiles = Rounding.DivideUp(inputs * Shape.Taps, IndirectMicroKernel.Rows);
            var firstUnit = (int)((long)chunk * Plan.Units / Plan.Chunks);
            var endUnit = (int)((long)(chunk + 1) * Plan.Units / Plan.Chunks);
            for (var unit = firstUnit; unit < endUnit; unit++)
            {
                var (n, firstRow) = (unit / Plan.Bands, unit % Plan.Bands * Plan.BandRows);
                var x = X + ((nint)n * Shape.C + group * Shape.GroupInputs + firstInput) * Shape.InputPlane;
                for (var c = 0; c < inputs; c++)
                    PaddedPlane.Copy(
                        x + (nint)c * Shape.InputPlane, Shape.H, Shape.W, firstRow * Shape.StrideY - Shape.PaddingTop, -Shape.PaddingLeft,
                        padded + (nint)c * Plan.ChannelStride, Plan.PaddedRows, Plan.PaddedColumns);

                // The widths of a block's tiles share its slot: first all taps of 64, 32 or 16 channels, then the rest.
                var pixels = Math.Min(Plan.BandRows, Shape.P - firstRow) * Shape.Q;
                var target = sums;
                var end = Math.Min(Shape.GroupOutputs, (block + 1) * IndirectMicroKernel.MaxWidth);
                for (var channel = block * IndirectMicroKernel.MaxWidth; channel < end;)
                {
                    var width = IndirectMicroKernel.Width(end - channel);
                    var dy = Dy + ((nint)n * Shape.K + group * Shape.GroupOutputs + channel) * Shape.OutputPlane + firstRow * Shape.Q;
                    Pack(dy, Math.Min(width, end - channel), width, pixels, gradients);
                    var pc = Plan.PC(width);
                    for (var pixel = 0; pixel < pixels; pixel += pc)
                        IndirectMicroKernel.Multiply(
                            padded, Rows, tiles, Columns + pixel, Math.Min(pc, pixels - pixel), gradients + (nint)pixel * width, width,
                            target, accumulate: unit > firstUnit || pixel > 0);
                    target += (nint)Plan.Rows * width;
                    channel += width;
                }
            }
        }

        private readonly void Pack(float* dy, int channels, int width, int pixels, float* gradients)
        {
            for (var pixel = 0; pixel < pixels; pixel += Lanes.Count)
                for (var lane = 0; lane < width; lane += Lanes.Count)
                    TransposeTile.Run(
                        dy + (nint)lane * Shape.OutputPlane + pixel, null, Shape.OutputPlane, Math.Clamp(channels - lane, 0, Lanes.Count),
                        Math.Min(Lanes.Count, pixels - pixel), gradients + (nint)pixel * width + lane, width, Lanes.Count);
        }
    }

    /// <summary>Sums 16 rows of a slot over the chunks, into the first chunk's, and writes them to dW.</summary>
    private struct SumBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* Partial;
        public float* Dweights;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (slot, firstRow) = (index / Plan.RowTiles, index % Plan.RowTiles * Lanes.Count);
            var firstInput = slot % Plan.InputBlocks * Plan.Inputs;
            var inputs = Math.Min(Plan.Inputs, Shape.GroupInputs - firstInput);
            var rows = Math.Min(Lanes.Count, inputs * Shape.Taps - firstRow);
            if (rows <= 0)
                return;
            var block = slot / Plan.InputBlocks % Plan.Blocks;
            var group = slot / (Plan.InputBlocks * Plan.Blocks);
            var sums = Partial + (nint)slot * Plan.Rows * IndirectMicroKernel.MaxWidth;
            var depth = (nint)Shape.GroupInputs * Shape.Taps;
            var end = Math.Min(Shape.GroupOutputs, (block + 1) * IndirectMicroKernel.MaxWidth);
            for (var channel = block * IndirectMicroKernel.MaxWidth; channel < end;)
            {
                var width = IndirectMicroKernel.Width(end - channel);
                var first = sums + (nint)firstRow * width;
                for (var chunk = 1; chunk < Plan.Chunks; chunk++)
                {
                    var part = first + chunk * Plan.PartialFloats;
                    for (var i = 0; i < rows * width; i += Lanes.Count)
                        (Vector512.Load(first + i) + Vector512.Load(part + i)).Store(first + i);
                }

                for (var lane = 0; lane < Math.Min(width, end - channel); lane += Lanes.Count)
                    TransposeTile.Run(
                        first + lane, null, width, rows, Math.Min(Lanes.Count, end - channel - lane),
                        Dweights + (group * Shape.GroupOutputs + channel + lane) * depth + (nint)firstInput * Shape.Taps + firstRow, depth, rows);
                sums += (nint)Plan.Rows * width;
                channel += width;
            }
        }
    }
}
