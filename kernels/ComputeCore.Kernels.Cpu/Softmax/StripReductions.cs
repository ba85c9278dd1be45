using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>Reductions along the axis of a strip: <c>count</c> ≤ 16 neighbouring columns, one per lane, <c>stride</c> apart along the axis.</summary>
internal static unsafe class StripReductions
{
    /// <summary>Each lane's maximum; a NaN may be lost.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> MaxNative(float* strip, int axis, int stride, int count)
    {
        var max = Vector512.Create(float.NegativeInfinity);
        for (var a = 0; a < axis; a++)
            max = Vector512.MaxNative(max, Lanes.Load(strip + (nint)a * stride, count));
        return max;
    }

    /// <summary>Each lane's Σ exp(x - max).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> SumExp(float* strip, Vector512<float> max, int axis, int stride, int count)
    {
        var sum = Vector512<float>.Zero;
        for (var a = 0; a < axis; a++)
            sum = VectorMath.AddExp(Lanes.Load(strip + (nint)a * stride, count) - max, sum);
        return sum;
    }

    /// <summary>Each lane's Σ exp(x - max), and the terms themselves to <paramref name="terms"/>, laid out as the strip.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> StoreExpAndSum(float* strip, Vector512<float> max, float* terms, int axis, int stride, int count)
    {
        var sum = Vector512<float>.Zero;
        for (var a = 0; a < axis; a++)
        {
            var e = VectorMath.ExpOrZero(Lanes.Load(strip + (nint)a * stride, count) - max);
            Lanes.Store(terms + (nint)a * stride, count, e);
            sum += e;
        }

        return sum;
    }
}
