using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Pooling;

/// <summary>
/// One column of 16 neighbouring windows: elements of a row, one stride from each other. A type for each stride: were there one loop
/// for all, its accumulators would lie in memory for the sake of the call that only large strides need.
/// </summary>
internal unsafe interface IWindowColumn
{
    /// <summary>Elements first, first + stride, … of a row; −∞ where they lie outside of it.</summary>
    static abstract Vector512<float> Load(float* row, int first, int stride, int width);
}

/// <summary>A stride of one.</summary>
internal readonly unsafe struct Adjacent : IWindowColumn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* row, int first, int stride, int width) =>
        first >= 0 && first <= width - Lanes.Count
            ? Vector512.Load(row + first)
            : Lanes.Load(row + first, Lanes.First(width - first) & ~Lanes.First(-first), Vector512.Create(float.NegativeInfinity));
}

/// <summary>A stride of two.</summary>
internal readonly unsafe struct EverySecond : IWindowColumn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* row, int first, int stride, int width) =>
        Lanes.Permute(Adjacent.Load(row, first, 1, width), Vector512<int>.Indices * 2, Adjacent.Load(row, first + Lanes.Count, 1, width));
}

/// <summary>Any stride.</summary>
internal readonly unsafe struct Far : IWindowColumn
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Load(float* row, int first, int stride, int width)
    {
        var lanes = stackalloc float[Lanes.Count];
        for (var lane = 0; lane < Lanes.Count; lane++)
            lanes[lane] = (uint)(first + lane * stride) < (uint)width ? row[first + lane * stride] : float.NegativeInfinity;
        return Vector512.Load(lanes);
    }
}
