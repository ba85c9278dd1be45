// Convolution as an implicit product of matrices (see ImplicitGemm) over images that were first copied into a frame of zeros. The
// copy costs one pass over the images; in return no element in the main loop needs a test for the edge, and the place of one is the
// sum of an offset of its pixel and one of its tap, as in Dukhan, "The Indirect Convolution Algorithm" (arXiv:1907.02129), with sums
// in place of a table of pointers. The data's gradient reads the output's gradient with zeros between its pixels where the
// convolution has a stride, so that it is a convolution of stride 1 with turned taps, and has the same kernel.
//   Pad      images [planes, H, W] into a frame [planes, H', W']
//   Pack     weights into rows of channels, depth by depth, so that quads of channels are one aligned read
//   Product  y or dx
//   Weights  dw, or its parts
// FLOPs 2 N K P Q R S C / groups (the data's gradient: a stride's square as many); bytes beside those of the tiles: the images in
// and their frames out.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Convolutions and their gradients over padded images; the grid is columns by rows by groups of channels times splits.</summary>
internal static partial class PaddedConvolution
{
    /// <summary>Copies images into frames of zeros; a work-item per element of the frames.</summary>
    [Kernel]
    public static void Pad(ArrayView<float> images, ArrayView<float> frames, Frame frame, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var line = Place.Divide(i, frame.FrameWidth, frame.FrameWidthInverse);
        var plane = Place.Divide(line, frame.FrameHeight, frame.FrameHeightInverse);
        var y = line - plane * frame.FrameHeight - frame.Top;
        var x = i - line * frame.FrameWidth - frame.Left;
        var row = y / frame.StepY;
        var column = x / frame.StepX;
        var inside = y >= 0 && x >= 0 && row < frame.Height && column < frame.Width && row * frame.StepY == y && column * frame.StepX == x;
        frames[i] = Matrix.Element(images, (plane * frame.Height + row) * frame.Width + column, inside);
    }

    /// <summary>Copies weights into rows of channels; a work-item per element of the rows.</summary>
    /// <param name="weights">[groups, …], each with rows and blocks of taps.</param>
    /// <param name="packed">[groups, depth, rows as whole quads].</param>
    /// <param name="rows">Channels of the result in a group.</param>
    /// <param name="depth">Taps of a group.</param>
    /// <param name="taps">Taps of a block.</param>
    /// <param name="rowStride">Elements from row to row.</param>
    /// <param name="blockStride">Elements from one block of taps to the next.</param>
    /// <param name="count">Elements of <paramref name="packed"/>.</param>
    [Kernel]
    public static void Pack(ArrayView<float> weights, ArrayView<float> packed, int rows, int depth, int taps, int rowStride, int blockStride, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var pitch = PackedLines.Pitch(rows);
        var line = i / pitch;
        var row = i - line * pitch;
        var group = line / depth;
        var block = (line - group * depth) / taps;
        var tap = line - group * depth - block * taps;
        packed[i] = Matrix.Element(weights, group * rows * depth + row * rowStride + block * blockStride + tap, row < rows);
    }

    /// <summary>y or dx in tiles of 64 x 64.</summary>
    [Kernel]
    public static void Product64x64(ArrayView<float> packed, ArrayView<float> frames, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        Product<Tile64x64>(left, right, packed, frames, bias, y, arguments);
    }

    /// <summary>y or dx in tiles of 32 x 128.</summary>
    [Kernel]
    public static void Product32x128(ArrayView<float> packed, ArrayView<float> frames, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile32x128.LeftQuads);
        var right = SharedMemory.Allocate<Float4>(Tile32x128.RightQuads);
        Product<Tile32x128>(left, right, packed, frames, bias, y, arguments);
    }

    /// <summary>dw, or its parts, in tiles of 64 x 64.</summary>
    [Kernel]
    public static void Weights64x64(ArrayView<float> dy, ArrayView<float> frames, ArrayView<float> dw, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        Weights<Tile64x64>(left, right, dy, frames, dw, arguments);
    }

    /// <summary>dw, or its parts, in tiles of 32 x 128.</summary>
    [Kernel]
    public static void Weights32x128(ArrayView<float> dy, ArrayView<float> frames, ArrayView<float> dw, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile32x128.LeftQuads);
        var right = SharedMemory.Allocate<Float4>(Tile32x128.RightQuads);
        Weights<Tile32x128>(left, right, dy, frames, dw, arguments);
    }

    private static void Product<TTile>(
        ArrayView<Float4> left, ArrayView<Float4> right, ArrayView<float> packed, ArrayView<float> frames, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
        where TTile : struct, ITile =>
        TiledProduct.Run<TTile, Accumulator8x8, PackedLines, int, PaddedPixelLines, FourOffsets, ImageResult, ConvolutionArguments>(
            left, right, packed, frames, bias, y, arguments, Grid.IdxZ, 0, arguments.Depth);

    private static void Weights<TTile>(
        ArrayView<Float4> left, ArrayView<Float4> right, ArrayView<float> dy, ArrayView<float> frames, ArrayView<float> dw, ConvolutionArguments arguments)
        where TTile : struct, ITile
    {
        var group = Grid.IdxZ / arguments.Splits;
        var part = Grid.IdxZ - group * arguments.Splits;
        var begin = part * arguments.SplitDepth;
        var end = begin + arguments.SplitDepth < arguments.Depth ? begin + arguments.SplitDepth : arguments.Depth;
        TiledProduct.Run<TTile, Accumulator8x8, GradientLines, int, PaddedTapLines, FourOffsets, WeightResult, ConvolutionArguments>(
            left, right, dy, frames, dw, dw, arguments, group, begin, end);
    }
}
