// Convolution as a product of matrices of which one is never made: its elements are read from the images where they lie
// (Chetlur et al., "cuDNN: Efficient Primitives for Deep Learning", 2014). See ConvolutionArguments for which matrix is what, and
// TiledProduct for the tiles. A work-item keeps the places of its four lines in registers and works out one depth per quad, with
// four multiplications; neighbouring work-items read neighbouring pixels.
// FLOPs 2 N K P Q R S C / groups; with a stride, the data's gradient multiplies by zeros where no output pixel lies.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Convolutions and their gradients in tiles; the grid is columns by rows by groups of channels times splits.</summary>
internal static partial class ImplicitGemm
{
    /// <summary>y in tiles of 64 x 64.</summary>
    [Kernel]
    public static void Forward64x64(ArrayView<float> weights, ArrayView<float> x, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        Forward<Tile64x64, Accumulator8x8>(left, right, weights, x, bias, y, arguments);
    }

    /// <summary>y in tiles of 32 x 32.</summary>
    [Kernel]
    public static void Forward32x32(ArrayView<float> weights, ArrayView<float> x, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        Forward<Tile32x32, Accumulator4x4>(left, right, weights, x, bias, y, arguments);
    }

    /// <summary>y in tiles of 128 x 128.</summary>
    [Kernel]
    public static void Forward128x128(ArrayView<float> weights, ArrayView<float> x, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        Forward<Tile128x128, Accumulator8x8>(left, right, weights, x, bias, y, arguments);
    }

    /// <summary>dx in tiles of 64 x 64.</summary>
    [Kernel]
    public static void Data64x64(ArrayView<float> weights, ArrayView<float> dy, ArrayView<float> dx, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        Data<Tile64x64, Accumulator8x8>(left, right, weights, dy, dx, arguments);
    }

    /// <summary>dx in tiles of 32 x 32.</summary>
    [Kernel]
    public static void Data32x32(ArrayView<float> weights, ArrayView<float> dy, ArrayView<float> dx, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        Data<Tile32x32, Accumulator4x4>(left, right, weights, dy, dx, arguments);
    }

    /// <summary>dx in tiles of 128 x 128.</summary>
    [Kernel]
    public static void Data128x128(ArrayView<float> weights, ArrayView<float> dy, ArrayView<float> dx, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        Data<Tile128x128, Accumulator8x8>(left, right, weights, dy, dx, arguments);
    }

    /// <summary>dw, or its parts, in tiles of 64 x 64.</summary>
    [Kernel]
    public static void Weights64x64(ArrayView<float> dy, ArrayView<float> x, ArrayView<float> dw, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        Weights<Tile64x64, Accumulator8x8>(left, right, dy, x, dw, arguments);
    }

    /// <summary>dw, or its parts, in tiles of 32 x 32.</summary>
    [Kernel]
    public static void Weights32x32(ArrayView<float> dy, ArrayView<float> x, ArrayView<float> dw, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        Weights<Tile32x32, Accumulator4x4>(left, right, dy, x, dw, arguments);
    }

    /// <summary>dw, or its parts, in tiles of 128 x 128.</summary>
    [Kernel]
    public static void Weights128x128(ArrayView<float> dy, ArrayView<float> x, ArrayView<float> dw, ConvolutionArguments arguments)
    {
        var left = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        var right = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        Weights<Tile128x128, Accumulator8x8>(left, right, dy, x, dw, arguments);
    }

    private static void Forward<TTile, TAccumulator>(
        ArrayView<Float4> left, ArrayView<Float4> right, ArrayView<float> weights, ArrayView<float> x, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments)
        where TTile : struct, ITile
        where TAccumulator : struct, IAccumulator<TAccumulator> =>
        TiledProduct.Run<TTile, TAccumulator, WeightLines, int, PixelLines, FourPlaces, ImageResult, ConvolutionArguments>(
            left, right, weights, x, bias, y, arguments, Grid.IdxZ, 0, arguments.Depth);

    private static void Data<TTile, TAccumulator>(
        ArrayView<Float4> left, ArrayView<Float4> right, ArrayView<float> weights, ArrayView<float> dy, ArrayView<float> dx, ConvolutionArguments arguments)
        where TTile : struct, ITile
        where TAccumulator : struct, IAccumulator<TAccumulator> =>
        TiledProduct.Run<TTile, TAccumulator, InputWeightLines, int, InputPixelLines, FourPlaces, ImageResult, ConvolutionArguments>(
            left, right, weights, dy, dx, dx, arguments, Grid.IdxZ, 0, arguments.Depth);

    private static void Weights<TTile, TAccumulator>(
        ArrayView<Float4> left, ArrayView<Float4> right, ArrayView<float> dy, ArrayView<float> x, ArrayView<float> dw, ConvolutionArguments arguments)
        where TTile : struct, ITile
        where TAccumulator : struct, IAccumulator<TAccumulator>
    {
        var group = Grid.IdxZ / arguments.Splits;
        var part = Grid.IdxZ - group * arguments.Splits;
        var begin = part * arguments.SplitDepth;
        var end = begin + arguments.SplitDepth < arguments.Depth ? begin + arguments.SplitDepth : arguments.Depth;
        TiledProduct.Run<TTile, TAccumulator, GradientLines, int, TapLines, FourPlaces, WeightResult, ConvolutionArguments>(
            left, right, dy, x, dw, dw, arguments, group, begin, end);
    }
}
