using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>
/// The unit of work of batch normalization: one channel of [N, C, inner]; where inner is less than a vector, a strip of 16 neighbouring
/// channels, whose 16 · inner elements of each image are contiguous vectors.
/// </summary>
internal static unsafe class ChannelUnits
{
    /// <summary>Channels in a strip.</summary>
    public const int StripChannels = Lanes.Count;

    /// <summary>The most elements that a strip has of one image.</summary>
    public const int StripColumns = StripChannels * (Lanes.Count - 1);

    /// <summary>Handles all channels in a parallel loop.</summary>
    public static void Run<TKernel>(WorkerPool pool, int batch, int channels, int inner, TKernel kernel)
        where TKernel : unmanaged, IChannelKernel
    {
        var areStrips = inner < Lanes.Count;
        var chunks = areStrips
            ? new Chunks(Rounding.DivideUp(channels, StripChannels), (long)batch * StripChannels * inner)
            : new Chunks(channels, (long)batch * inner);
        pool.For(chunks.Count, new Body<TKernel> { Kernel = kernel, Chunks = chunks, AreStrips = areStrips });
    }

    /// <summary>Where what is read after image n of a channel lies: the next image or, behind the last, the first one of the next channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Next(float* here, int n, int batch, int channels, int inner) =>
        here + (n + 1 < batch ? (nint)channels * inner : inner - (nint)n * channels * inner);

    /// <summary>The sums over each channel of a strip, from those over each of its columns.</summary>
    public static (Vector512<double> Lower, Vector512<double> Upper) Totals(double* columns, int inner)
    {
        if (inner == 1)
            return (Vector512.Load(columns), Vector512.Load(columns + 8));
        var totals = stackalloc double[StripChannels];
        for (var channel = 0; channel < StripChannels; channel++)
        {
            var total = 0.0;
            for (var i = 0; i < inner; i++)
                total += columns[channel * inner + i];
            totals[channel] = total;
        }

        return (Vector512.Load(totals), Vector512.Load(totals + 8));
    }

    /// <summary>Repeats each channel's value for each of its columns.</summary>
    public static void Expand(Vector512<float> values, float* columns, int inner)
    {
        if (inner == 1)
        {
            values.Store(columns);
            return;
        }

        for (var channel = 0; channel < StripChannels; channel++)
            new Span<float>(columns + channel * inner, inner).Fill(values[channel]);
    }

    private struct Body<TKernel> : IParallelBody
        where TKernel : unmanaged, IChannelKernel
    {
        public TKernel Kernel;
        public Chunks Chunks;
        public bool AreStrips;

        public readonly void Run(int index, int worker)
        {
            for (var unit = Chunks.Start(index); unit < Chunks.End(index); unit++)
            {
                if (AreStrips)
                    Kernel.Strip((int)unit * StripChannels);
                else
                    Kernel.Channel((int)unit);
            }
        }
    }
}

/// <summary>What is done with the units of batch normalization.</summary>
internal interface IChannelKernel
{
    /// <summary>Handles a channel.</summary>
    void Channel(int channel);

    /// <summary>Handles a strip of channels, of which there may be fewer.</summary>
    void Strip(int channel);
}
