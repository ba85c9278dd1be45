using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>The images under the taps: lines are pixels of the output, depths are taps.</summary>
internal struct PixelLines : IOperand<ConvolutionArguments, FourPlaces>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => false;

    public readonly FourPlaces Start(ConvolutionArguments arguments, int batch, int line) =>
        Pixels(arguments, batch, line, arguments.StrideY, arguments.StrideX);

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, FourPlaces state, int line, int depth, int depthEnd)
    {
        var tap = Place.OrNowhere(Place.OfTap(arguments, depth), depth < depthEnd);
        return new Float4(
            Place.Element(view, arguments, state.Offset, state.A, tap),
            Place.Element(view, arguments, state.Offset, state.B, tap),
            Place.Element(view, arguments, state.Offset, state.C, tap),
            Place.Element(view, arguments, state.Offset, state.D, tap));
    }

    /// <summary>The places of four pixels.</summary>
    public static FourPlaces Pixels(ConvolutionArguments arguments, int batch, int line, int stepY, int stepX)
    {
        FourPlaces places;
        places.Offset = batch * arguments.ImageGroup;
        places.A = Place.OrNowhere(Place.OfPixel(arguments, line, stepY, stepX), line < arguments.Columns);
        places.B = Place.OrNowhere(Place.OfPixel(arguments, line + 1, stepY, stepX), line + 1 < arguments.Columns);
        places.C = Place.OrNowhere(Place.OfPixel(arguments, line + 2, stepY, stepX), line + 2 < arguments.Columns);
        places.D = Place.OrNowhere(Place.OfPixel(arguments, line + 3, stepY, stepX), line + 3 < arguments.Columns);
        return places;
    }
}

/// <summary>The gradient's images, from where each input pixel went: lines are pixels of the input, depths are taps.</summary>
internal struct InputPixelLines : IOperand<ConvolutionArguments, FourPlaces>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => false;

    public readonly FourPlaces Start(ConvolutionArguments arguments, int batch, int line) => PixelLines.Pixels(arguments, batch, line, 1, 1);

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, FourPlaces state, int line, int depth, int depthEnd)
    {
        var tap = Place.OrNowhere(Place.OfTap(arguments, depth), depth < depthEnd);
        if (arguments.StrideY * arguments.StrideX == 1)
            return new Float4(
                Place.Element(view, arguments, state.Offset, state.A, tap),
                Place.Element(view, arguments, state.Offset, state.B, tap),
                Place.Element(view, arguments, state.Offset, state.C, tap),
                Place.Element(view, arguments, state.Offset, state.D, tap));
        return new Float4(
            Place.StridedElement(view, arguments, state.Offset, state.A, tap),
            Place.StridedElement(view, arguments, state.Offset, state.B, tap),
            Place.StridedElement(view, arguments, state.Offset, state.C, tap),
            Place.StridedElement(view, arguments, state.Offset, state.D, tap));
    }
}

/// <summary>The images under the taps: lines are taps, depths are pixels of the output.</summary>
internal struct TapLines : IOperand<ConvolutionArguments, FourPlaces>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => false;

    public readonly FourPlaces Start(ConvolutionArguments arguments, int batch, int line)
    {
        FourPlaces places;
        places.Offset = batch * arguments.ImageGroup;
        places.A = Place.OrNowhere(Place.OfTap(arguments, line), line < arguments.Columns);
        places.B = Place.OrNowhere(Place.OfTap(arguments, line + 1), line + 1 < arguments.Columns);
        places.C = Place.OrNowhere(Place.OfTap(arguments, line + 2), line + 2 < arguments.Columns);
        places.D = Place.OrNowhere(Place.OfTap(arguments, line + 3), line + 3 < arguments.Columns);
        return places;
    }

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, FourPlaces state, int line, int depth, int depthEnd)
    {
        var pixel = Place.OrNowhere(Place.OfPixel(arguments, depth, arguments.StrideY, arguments.StrideX), depth < depthEnd);
        return new Float4(
            Place.Element(view, arguments, state.Offset, state.A, pixel),
            Place.Element(view, arguments, state.Offset, state.B, pixel),
            Place.Element(view, arguments, state.Offset, state.C, pixel),
            Place.Element(view, arguments, state.Offset, state.D, pixel));
    }
}
