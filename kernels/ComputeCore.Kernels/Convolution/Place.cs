using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>
/// What a pixel or a tap says about where an element of the images lies: the sum of a pixel's and a tap's is the element's place.
/// </summary>
internal struct Place
{
    // Far enough above any image that no tap leads back into it.
    private const int Nowhere = -(1 << 28);

    /// <summary>Where the plane begins.</summary>
    public int Base;
    public int Row;
    public int Column;

    /// <summary>The place of a pixel of a batch of planes; its row and column are as far apart as the step says.</summary>
    public static Place OfPixel(ConvolutionArguments arguments, int pixel, int stepY, int stepX)
    {
        var image = Divide(pixel, arguments.PlaneSize, arguments.PlaneSizeInverse);
        var within = pixel - image * arguments.PlaneSize;
        var row = Divide(within, arguments.PlaneWidth, arguments.PlaneWidthInverse);
        var column = within - row * arguments.PlaneWidth;
        Place place;
        place.Base = image * arguments.ImageBatch;
        place.Row = row * stepY + arguments.OriginY;
        place.Column = column * stepX + arguments.OriginX;
        return place;
    }

    /// <summary>The place of a tap of the kernels of all channels.</summary>
    public static Place OfTap(ConvolutionArguments arguments, int tap)
    {
        var channel = Divide(tap, arguments.Taps, arguments.TapsInverse);
        var within = tap - channel * arguments.Taps;
        var row = Divide(within, arguments.KernelWidth, arguments.KernelWidthInverse);
        var column = within - row * arguments.KernelWidth;
        Place place;
        place.Base = channel * arguments.ImageChannel;
        place.Row = row * arguments.TapY;
        place.Column = column * arguments.TapX;
        return place;
    }

    /// <summary>The place, or one outside of all images if it is beyond the last.</summary>
    public static Place OrNowhere(Place place, bool exists)
    {
        place.Row = exists ? place.Row : Nowhere;
        return place;
    }

    /// <summary>The element at the sum of two places; zero outside of the image.</summary>
    public static float Element(ArrayView<float> images, ConvolutionArguments arguments, int offset, Place a, Place b)
    {
        var row = a.Row + b.Row;
        var column = a.Column + b.Column;
        var inside = row >= 0 && row < arguments.ImageHeight && column >= 0 && column < arguments.ImageWidth;
        return Matrix.Element(images, offset + a.Base + b.Base + row * arguments.ImageWidth + column, inside);
    }

    /// <summary>The element whose stride leads to the sum of two places; zero where there is none.</summary>
    public static float StridedElement(ArrayView<float> images, ConvolutionArguments arguments, int offset, Place a, Place b)
    {
        var y = a.Row + b.Row;
        var x = a.Column + b.Column;
        var row = y / arguments.StrideY;
        var column = x / arguments.StrideX;
        var inside = y >= 0 && x >= 0 && row < arguments.ImageHeight && column < arguments.ImageWidth
            && row * arguments.StrideY == y && column * arguments.StrideX == x;
        return Matrix.Element(images, offset + a.Base + b.Base + row * arguments.ImageWidth + column, inside);
    }

    /// <summary>
    /// The quotient by a divisor that is the same for all work-items, with one over it at hand: the product is off by one at
    /// most, as long as the quotient is below 2^22. Integer division takes tens of instructions.
    /// </summary>
    public static int Divide(int dividend, int divisor, float inverse)
    {
        var quotient = (int)(dividend * inverse);
        var rest = dividend - quotient * divisor;
        // Less one where the rest is negative, and one more where it is not below the divisor: signs instead of branches.
        return quotient + (rest >> 31) - ((divisor - 1 - rest) >> 31);
    }
}

/// <summary>The places of four neighbouring lines.</summary>
internal struct FourPlaces
{
    /// <summary>Where the group's channels begin.</summary>
    public int Offset;
    public Place A;
    public Place B;
    public Place C;
    public Place D;
}
