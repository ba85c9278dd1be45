using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// Some rows of an image, copied to scratch memory with the channels adjacent: element (y, x, c) of the image at
/// ((y - first) * width + x) * stride + c, the stride being the channels rounded up to 16. Rows outside of the image are zero.
/// </summary>
internal readonly unsafe struct ChannelsLastBand
{
    // So many planes in turn are beyond what the processor foresees: fetched ahead, 64 channels of 56 x 56 in memory are convolved 1.1 times as fast.
    private const int PixelsAhead = 2 * Lanes.Count;

    private readonly float* pixels;
    private readonly float* zeros;
    private readonly int firstRow;
    private readonly int endRow;
    private readonly int width;
    private readonly int stride;

    /// <summary>Copies the rows [firstRow, endRow) as far as they lie in the image.</summary>
    /// <param name="source">The first channel's plane, [height, width]; the others follow it.</param>
    /// <param name="channels">How many are copied.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="endRow">The row behind the last one.</param>
    /// <param name="pixels">Where the copy goes: (endRow - firstRow) * width pixels.</param>
    /// <param name="zeros">A row of zeros, width pixels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ChannelsLastBand(
        float* source, int channels, int height, int width, int firstRow, int endRow, float* pixels, float* zeros)
    {
        this.pixels = pixels;
        this.zeros = zeros;
        this.firstRow = Math.Max(0, firstRow);
        this.endRow = Math.Min(height, endRow);
        this.width = width;
        stride = Stride(channels);
        var count = (this.endRow - this.firstRow) * width;
        var plane = (nint)height * width;
        source += (nint)this.firstRow * width;
        for (var pixel = 0; pixel < count; pixel += Lanes.Count)
            for (var channel = 0; channel < channels; channel += Lanes.Count)
            {
                for (var i = 0; i < Lanes.Count; i++)
                    Lanes.PrefetchFar(source + (channel + i) * plane + pixel + PixelsAhead, 1);
                TransposeTile.Run(
                    source + channel * plane + pixel, null, plane, Math.Min(Lanes.Count, channels - channel),
                    Math.Min(Lanes.Count, count - pixel), pixels + (nint)pixel * stride + channel, stride, Lanes.Count);
            }
    }

    /// <summary>Floats of a pixel.</summary>
    public static int Stride(int channels) => Rounding.RoundUp(channels, Lanes.Count);

    /// <summary>The four rows from <paramref name="row"/> on, at a channel.</summary>
    public ImageRows Rows(int row, int channel) => new()
    {
        Row0 = Row(row) + channel,
        Row1 = Row(row + 1) + channel,
        Row2 = Row(row + 2) + channel,
        Row3 = Row(row + 3) + channel,
        Width = width,
        Stride = stride,
    };

    private float* Row(int row) =>
        row >= firstRow && row < endRow ? pixels + (nint)(row - firstRow) * width * stride : zeros;
}

/// <summary>Four rows of an image, each [width, stride].</summary>
internal unsafe struct ImageRows
{
    public float* Row0;
    public float* Row1;
    public float* Row2;
    public float* Row3;
    public int Width;
    public int Stride;
}
