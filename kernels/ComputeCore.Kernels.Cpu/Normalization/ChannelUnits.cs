using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>The unit of work of batch normalization: one channel of [N, C, inner], or 16 neighbouring ones where inner = 1.</summary>
internal static unsafe class ChannelUnits
{
    /// <summary>All channels, cut for a parallel loop.</summary>
    public static Threading.Chunks Chunks(int batch, int channels, int inner) => inner == 1
        ? new((channels + Lanes.Width - 1) / Lanes.Width, (long)batch * Lanes.Width)
        : new(channels, (long)batch * inner);

    /// <summary>output = (input - mean) scale + shift, over one segment of a channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normalize(
        float* input, float* output, int count, Vector512<float> mean, Vector512<float> scale, Vector512<float> shift)
    {
        var i = 0;
        for (; i <= count - Lanes.Width; i += Lanes.Width)
            Vector512.FusedMultiplyAdd(Vector512.Load(input + i) - mean, scale, shift).Store(output + i);
        if (i < count)
            Lanes.Store(Vector512.FusedMultiplyAdd(Lanes.Load(input + i, count - i) - mean, scale, shift), output + i, count - i);
    }
}
