using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The weights' gradient through Winograd's products (see WinogradConvolution): as m[point] = u[point] v[point] in the forward
// convolution, du[point] is the sum over all tiles of dm[point] vᵀ[point], with v the transformed input and dm = A dy Aᵀ the
// transformed gradient of the output, and dw = Gᵀ du G.
//
//   item      block of input channels, block of output channels, chunk of the batch's rows of tiles
//   rows      some rows of tiles: v and dm are made in the worker's scratch and multiplied, 16 products [inputs, outputs]
//   sum       the chunks' products are added in order, transformed and transposed to dw
//
// How many chunks there are depends on the shape alone. FLOPs 2 * 16 / 4 * N * K * P * Q * C, 16 / 36 of the definition's; bytes:
// x once per block of output channels, dy once per block of input channels.

/// <summary>2-D convolution by 3 x 3 filters, backward to the weights.</summary>
internal static unsafe class WinogradWeightsGradient
{
    /// <summary>Bytes of workspace of <see cref="Run"/>.</summary>
    public static long WorkspaceBytes(WorkerPool pool, in ConvolutionShape shape)
    {
        var plan = new Plan(shape);
        return 4 * (plan.SharedFloats + pool.Count * plan.WorkerFloats);
    }

    /// <summary>
    /// dweights = the gradient with respect to the weights. Returns false, and it is then to be computed in another way, if an
    /// infinity or NaN came up.
    /// </summary>
    public static bool Run(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        var plan = new Plan(shape);
        var zeros = (float*)workspace;
        var notFinite = (int*)(zeros + plan.ZeroFloats);
        var sums = zeros + plan.ZeroFloats + Lanes.Count;
        new Span<float>(zeros, plan.ZeroFloats).Clear();
        *notFinite = 0;
        pool.For(plan.Slots * plan.Chunks, new ItemBody
        {
            Shape = shape, Plan = plan, X = x, Dy = dy, Zeros = zeros, Sums = sums, Scratch = (float*)workspace + plan.SharedFloats,
        });
        PlaneLoop.Run(
            pool, shape.C * plan.LaneBlocks, (plan.Chunks + 1) * WinogradTransforms.Points * Lanes.Count,
            new SumBody { Shape = shape, Plan = plan, Sums = sums, Dweights = dweights, NotFinite = notFinite });
        return *notFinite == 0;
    }

    private readonly struct Plan
    {
        /// <summary>Input channels of a block.</summary>
        public const int Inputs = 64;

        /// <summary>Output channels of a block.</summary>
        public const int Outputs = 64;

        // Enough items to keep the threads of a desktop processor busy; their partial sums are what it costs.
        private const int WantedItems = 16;

        // An operand's points, of 64 channels, take 256 KiB of the L2 cache.
        private const int Tiles = 64;

        public readonly WinogradTiling Tiling;
        public readonly int InputBlocks;
        public readonly int OutputBlocks;
        public readonly int Chunks;
        public readonly int ZeroFloats;
        public readonly int InputPixelFloats;
        public readonly int GradientPixelFloats;

        /// <summary>Floats of an item's sums of products.</summary>
        public readonly int SumFloats;

        private readonly int inputStride;

        public Plan(in ConvolutionShape shape)
        {
            var (inputs, outputs) = (Math.Min(Inputs, shape.C), Math.Min(Outputs, shape.K));
            inputStride = ChannelsLastBand.Stride(inputs);
            Tiling = new(shape.N, shape.P, shape.Q, items: 1, Tiles);
            InputBlocks = Rounding.DivideUp(shape.C, Inputs);
            OutputBlocks = Rounding.DivideUp(shape.K, Outputs);
            Chunks = Math.Clamp(WantedItems / Slots, 1, Tiling.Items);
            var rows = Math.Min(Tiling.ItemRows, Tiling.ImageRows);
            ZeroFloats = Math.Max(shape.W * inputStride, shape.Q * ChannelsLastBand.Stride(outputs));
            InputPixelFloats = (2 * rows + 2) * shape.W * inputStride;
            GradientPixelFloats = 2 * rows * shape.Q * ChannelsLastBand.Stride(outputs);
            SumFloats = WinogradTransforms.Points * inputStride * Outputs;
        }

        public int Slots => InputBlocks * OutputBlocks;

        /// <summary>Output channels in blocks of 16.</summary>
        public int LaneBlocks => OutputBlocks * Outputs / Lanes.Count;

        public nint InputPointStride => Rounding.OddLines(Tiling.ItemTiles * inputStride);

        public nint GradientPanel => (nint)Tiling.ItemTiles * Avx512MicroKernel.NR;

        public nint GradientPointStride => Rounding.OddLines(Tiling.ItemTiles * Outputs);

        public long SharedFloats => ZeroFloats + Lanes.Count + (long)Slots * Chunks * SumFloats;

        public long WorkerFloats =>
            InputPixelFloats + GradientPixelFloats + WinogradTransforms.Points * (long)(InputPointStride + GradientPointStride);
    }

    /// <summary>The products of a block of input channels and a block of output channels, summed over a chunk of the tiles.</summary>
    private struct ItemBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* X;
        public float* Dy;
        public float* Zeros;
        public float* Sums;
        public float* Scratch;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var pixels = Scratch + worker * Plan.WorkerFloats;
            var gradientPixels = pixels + Plan.InputPixelFloats;
            var input = gradientPixels + Plan.GradientPixelFloats;
            var gradient = input + WinogradTransforms.Points * Plan.InputPointStride;
            var sums = Sums + index * (nint)Plan.SumFloats;
            var (chunk, slot) = (index / Plan.Slots, index % Plan.Slots);
            var firstInput = slot / Plan.OutputBlocks * Plan.Inputs;
            var firstOutput = slot % Plan.OutputBlocks * Plan.Outputs;
            var inputs = Math.Min(Plan.Inputs, Shape.C - firstInput);
            var outputs = Math.Min(Plan.Outputs, Shape.K - firstOutput);

            var first = (int)((long)chunk * Plan.Tiling.Rows / Plan.Chunks);
            var end = (int)((long)(chunk + 1) * Plan.Tiling.Rows / Plan.Chunks);
            for (var row = first; row < end; row += Plan.Tiling.ItemRows)
            {
                var rows = Math.Min(Plan.Tiling.ItemRows, end - row);
                Transform(row, row + rows, firstInput, inputs, firstOutput, outputs, pixels, gradientPixels, input, gradient);
                Multiply(input, inputs, gradient, outputs, rows * Plan.Tiling.Columns, sums, accumulate: row > first);
            }
        }

        private readonly void Transform(
            int first, int end, int firstInput, int inputs, int firstOutput, int outputs,
            float* pixels, float* gradientPixels, float* input, float* gradient)
        {
            var inputStride = ChannelsLastBand.Stride(inputs);
            var columns = Plan.Tiling.Columns;
            for (var row = first; row < end;)
            {
                var (image, imageRow) = (row / Plan.Tiling.ImageRows, row % Plan.Tiling.ImageRows);
                var rows = Plan.Tiling.RowsOfImage(row, end);
                var (x, y) = (2 * imageRow - Shape.PaddingTop, 2 * imageRow);
                var inputBand = new ChannelsLastBand(
                    X + ((nint)image * Shape.C + firstInput) * Shape.InputPlane, inputs, Shape.H, Shape.W, x, x + 2 * rows + 2,
                    pixels, Zeros);
                var gradientBand = new ChannelsLastBand(
                    Dy + ((nint)image * Shape.K + firstOutput) * Shape.OutputPlane, outputs, Shape.P, Shape.Q, y, y + 2 * rows,
                    gradientPixels, Zeros);
                for (var i = 0; i < rows; i++, row++, input += columns * inputStride, gradient += columns * Avx512MicroKernel.NR)
                {
                    for (var channel = 0; channel < inputs; channel += Lanes.Count)
                        WinogradTransforms.Input(
                            inputBand.Rows(x + 2 * i, channel), -Shape.PaddingLeft, columns, input + channel, inputStride,
                            Plan.InputPointStride);
                    for (var channel = 0; channel < outputs; channel += Lanes.Count)
                        WinogradTransforms.OutputGradient(
                            gradientBand.Rows(y + 2 * i, channel), columns,
                            gradient + channel / Avx512MicroKernel.NR * Plan.GradientPanel + channel % Avx512MicroKernel.NR,
                            Avx512MicroKernel.NR, Plan.GradientPointStride);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(float* input, int inputs, float* gradient, int outputs, int tiles, float* sums, bool accumulate)
        {
            int mr = Avx512MicroKernel.MR, nr = Avx512MicroKernel.NR;
            var inputStride = ChannelsLastBand.Stride(inputs);
            for (var point = 0; point < WinogradTransforms.Points; point++)
                for (var output = 0; output < outputs; output += nr)
                    for (var channel = 0; channel < inputs; channel += mr)
                    {
                        var target = new Tile
                        {
                            C = sums + ((nint)point * inputs + channel) * Plan.Outputs + output,
                            Ldc = Plan.Outputs,
                            Accumulate = accumulate,
                        };
                        Avx512MicroKernel.Run(
                            Math.Min(mr, inputs - channel), outputs - output > nr / 2 ? nr : nr / 2, tiles,
                            input + point * Plan.InputPointStride + channel, 1, inputStride,
                            new AdjacentColumns(gradient + point * Plan.GradientPointStride + output / nr * Plan.GradientPanel, nr), &target);
                    }
        }
    }

    /// <summary>Sums the products of one input channel and 16 output channels over the chunks, and writes the gradient.</summary>
    private struct SumBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Plan Plan;
        public float* Sums;
        public float* Dweights;
        public int* NotFinite;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (channel, output) = (index / Plan.LaneBlocks, index % Plan.LaneBlocks * Lanes.Count);
            if (output >= Shape.K)
                return;
            var slot = channel / Plan.Inputs * Plan.OutputBlocks + output / Plan.Outputs;
            var inputs = Math.Min(Plan.Inputs, Shape.C - channel / Plan.Inputs * Plan.Inputs);
            var products = Sums + slot * (nint)Plan.SumFloats + (nint)(channel % Plan.Inputs) * Plan.Outputs + output % Plan.Outputs;
            var points = stackalloc float[WinogradTransforms.Points * Lanes.Count];
            var taps = stackalloc float[WinogradTransforms.Taps * Lanes.Count];
            for (var point = 0; point < WinogradTransforms.Points; point++, products += (nint)inputs * Plan.Outputs)
            {
                var sum = Vector512.Load(products);
                for (var chunk = 1; chunk < Plan.Chunks; chunk++)
                    sum += Vector512.Load(products + (nint)chunk * Plan.Slots * Plan.SumFloats);
                sum.Store(points + point * Lanes.Count);
            }

            if (!Vector512.EqualsAll(WinogradTransforms.FilterGradient(points, taps), Vector512<float>.Zero))
                *NotFinite = 1;
            var depth = (nint)Shape.C * WinogradTransforms.Taps;
            TransposeTile.Run(
                taps, null, Lanes.Count, WinogradTransforms.Taps, Math.Min(Lanes.Count, Shape.K - output),
                Dweights + output * depth + (nint)channel * WinogradTransforms.Taps, depth, WinogradTransforms.Taps);
        }
    }
}
