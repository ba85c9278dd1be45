using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>Images [N, channels, plane] as one matrix: its rows are the channels, its columns the pixels of all images.</summary>
/// <param name="images">The images.</param>
/// <param name="channels">Channels of an image.</param>
/// <param name="plane">Pixels of a channel.</param>
internal readonly unsafe struct ImagePixels(float* images, int channels, int plane) : IPanelPacker, IOutputMatrix
{
    private readonly float* images = images;

    /// <inheritdoc/>
    public nint RowStride => plane;

    /// <inheritdoc/>
    public float* Locate(int row, int column, out int run)
    {
        var (image, pixel) = (column / plane, column % plane);
        run = plane - pixel;
        return images + ((nint)image * channels + row) * plane + pixel;
    }

    /// <inheritdoc/>
    public void Pack(int kBegin, int kCount, int begin, int count, int width, float* panels)
    {
        var rest = count % width;
        if (rest > 0)
            new Span<float>(panels + (nint)(count - rest) * kCount, width * kCount).Clear();
        for (var i = 0; i < count;)
        {
            var source = Locate(kBegin, begin + i, out var run);
            run = Math.Min(run, Math.Min(width - i % width, count - i));
            Copy(source, kCount, run, panels + (nint)(i / width) * width * kCount + i % width, width);
            i += run;
        }
    }

    /// <inheritdoc/>
    public bool Locate(int k, int i, out float* first, out nint kStep, out nint step)
    {
        first = null;
        kStep = step = 0;
        return false;
    }

    // Neighbouring pixels of all channels into their columns of a panel.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Copy(float* source, int kCount, int pixels, float* panel, int width)
    {
        for (var i = 0; i < pixels; i += Lanes.Count)
        {
            var inside = Lanes.First(pixels - i);
            var from = source + i;
            var to = panel + i;
            for (var k = 0; k < kCount; k++, from += plane, to += width)
                Lanes.Store(to, inside, Lanes.Load(from, inside));
        }
    }
}
