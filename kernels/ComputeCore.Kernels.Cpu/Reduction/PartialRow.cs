using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>Reads the end of a row.</summary>
internal static unsafe class PartialRow
{
    /// <summary>
    /// The first <paramref name="count"/> of sixteen floats; what the others hold is undefined. Everywhere but at the tensor's
    /// end sixteen can be read, which is several times faster than copying some.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, int count, float* tensorEnd)
        => count >= 16 || tensorEnd - source >= 16 ? Vector512.Load(source) : Copy(source, count);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Copy(float* source, int count)
    {
        var vector = Vector512<float>.Zero;
        Unsafe.CopyBlockUnaligned(&vector, source, (uint)count * sizeof(float));
        return vector;
    }
}
