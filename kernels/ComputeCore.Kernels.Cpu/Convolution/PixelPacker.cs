using ComputeCore.Kernels.Cpu.Gemm;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>Packs images [N, channels, pixels] as an operand x(k, i), k being a pixel of all images and i a channel.</summary>
/// <param name="images">The images.</param>
/// <param name="channels">Channels of an image.</param>
/// <param name="pixels">Pixels of a channel.</param>
internal readonly unsafe struct PixelPacker(float* images, int channels, int pixels) : IPanelPacker
{
    private readonly float* images = images;

    /// <inheritdoc/>
    public void Pack(int kBegin, int kCount, int begin, int count, int width, float* panels)
    {
        for (var i = 0; i < count; i += width)
        {
            for (var packed = 0; packed < kCount;)
            {
                var (image, pixel) = ((kBegin + packed) / pixels, (kBegin + packed) % pixels);
                var run = Math.Min(pixels - pixel, kCount - packed);
                new MatrixPacker(images + (nint)image * channels * pixels, 1, pixels)
                    .Pack(pixel, run, begin + i, Math.Min(width, count - i), width, panels);
                panels += (nint)run * width;
                packed += run;
            }
        }
    }

    /// <inheritdoc/>
    public bool Locate(int k, int i, out float* first, out nint kStep, out nint step)
    {
        first = null;
        kStep = step = 0;
        return false;
    }
}
