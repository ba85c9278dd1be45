using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

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

    /// <summary>Whether a unit is a strip.</summary>
    public static bool AreStrips(int inner) => inner < Lanes.Count;

    /// <summary>All channels, cut for a parallel loop.</summary>
    public static Threading.Chunks Chunks(int batch, int channels, int inner) => AreStrips(inner)
        ? new((channels + StripChannels - 1) / StripChannels, (long)batch * StripChannels * inner)
        : new(channels, (long)batch * inner);

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
}
