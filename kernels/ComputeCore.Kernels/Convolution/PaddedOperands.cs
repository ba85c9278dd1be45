using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Packed weights: lines are channels of the result, depths are taps. Rows of memory are depths, a whole number of quads each.</summary>
internal struct PackedLines : IOperand<ConvolutionArguments, int>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => false;

    public readonly int Start(ConvolutionArguments arguments, int batch, int line) => batch * arguments.Depth * Pitch(arguments.Rows);

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, int state, int line, int depth, int depthEnd)
    {
        var pitch = Pitch(arguments.Rows);
        var inside = line < pitch && depth < depthEnd;
        var quad = view.Cast<Float4>()[inside ? (state + depth * pitch + line) / 4 : 0];
        return new Float4(inside ? quad.X : 0, inside ? quad.Y : 0, inside ? quad.Z : 0, inside ? quad.W : 0);
    }

    /// <summary>Elements from one depth to the next.</summary>
    public static int Pitch(int rows) => (rows + 3) / 4 * 4;
}

/// <summary>The padded images under the taps: lines are pixels of the result, depths are taps.</summary>
internal struct PaddedPixelLines : IOperand<ConvolutionArguments, FourOffsets>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => false;

    public readonly FourOffsets Start(ConvolutionArguments arguments, int batch, int line)
    {
        FourOffsets offsets;
        offsets.A = batch * arguments.ImageGroup + PaddedImages.PixelOffset(arguments, line, arguments.Columns);
        offsets.B = batch * arguments.ImageGroup + PaddedImages.PixelOffset(arguments, line + 1, arguments.Columns);
        offsets.C = batch * arguments.ImageGroup + PaddedImages.PixelOffset(arguments, line + 2, arguments.Columns);
        offsets.D = batch * arguments.ImageGroup + PaddedImages.PixelOffset(arguments, line + 3, arguments.Columns);
        return offsets;
    }

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, FourOffsets state, int line, int depth, int depthEnd) =>
        PaddedImages.Load(view, state, PaddedImages.TapOffset(arguments, depth, depthEnd), depth < depthEnd);
}

/// <summary>The padded images under the taps: lines are taps, depths are pixels of the output.</summary>
internal struct PaddedTapLines : IOperand<ConvolutionArguments, FourOffsets>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => false;

    public readonly FourOffsets Start(ConvolutionArguments arguments, int batch, int line)
    {
        FourOffsets offsets;
        offsets.A = batch * arguments.ImageGroup + PaddedImages.TapOffset(arguments, line, arguments.Columns);
        offsets.B = batch * arguments.ImageGroup + PaddedImages.TapOffset(arguments, line + 1, arguments.Columns);
        offsets.C = batch * arguments.ImageGroup + PaddedImages.TapOffset(arguments, line + 2, arguments.Columns);
        offsets.D = batch * arguments.ImageGroup + PaddedImages.TapOffset(arguments, line + 3, arguments.Columns);
        return offsets;
    }

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, FourOffsets state, int line, int depth, int depthEnd) =>
        PaddedImages.Load(view, state, PaddedImages.PixelOffset(arguments, depth, depthEnd), depth < depthEnd);
}

/// <summary>
/// Where a pixel and a tap lead to in padded images: the sum of their offsets, always inside. What does not exist has the offset of
/// the first.
/// </summary>
internal static class PaddedImages
{
    /// <summary>The offset of a pixel.</summary>
    public static int PixelOffset(ConvolutionArguments arguments, int pixel, int pixels) =>
        Linear(arguments, Place.OfPixel(arguments, pixel < pixels ? pixel : 0, arguments.StrideY, arguments.StrideX));

    /// <summary>The offset of a tap.</summary>
    public static int TapOffset(ConvolutionArguments arguments, int tap, int taps) => Linear(arguments, Place.OfTap(arguments, tap < taps ? tap : 0));

    /// <summary>The elements at four offsets further on, or zeros.</summary>
    public static Float4 Load(ArrayView<float> view, FourOffsets offsets, int further, bool exists)
    {
        var quad = new Float4(view[offsets.A + further], view[offsets.B + further], view[offsets.C + further], view[offsets.D + further]);
        return new Float4(exists ? quad.X : 0, exists ? quad.Y : 0, exists ? quad.Z : 0, exists ? quad.W : 0);
    }

    private static int Linear(ConvolutionArguments arguments, Place place) => place.Base + place.Row * arguments.ImageWidth + place.Column;
}

/// <summary>The offsets of four neighbouring lines.</summary>
internal struct FourOffsets
{
    public int A;
    public int B;
    public int C;
    public int D;
}
