using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Simd;

/// <summary>
/// Sixteen running sums in float64. The square of a float is exact there, so that Σx² - (Σx)² / n loses nothing that float
/// data have to give: its relative error is about 1e-16 (mean / deviation)².
/// </summary>
internal struct WideSum
{
    private Vector512<double> lower;
    private Vector512<double> upper;

    /// <summary>The sum over all lanes.</summary>
    public readonly double Total => Lanes.Sum(lower + upper);

    /// <summary>Stores the sixteen sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe void Store(double* destination)
    {
        lower.Store(destination);
        upper.Store(destination + 8);
    }

    /// <summary>Adds a value to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector512<float> value)
    {
        var (low, high) = Vector512.Widen(value);
        lower += low;
        upper += high;
    }

    /// <summary>Adds the square of a value to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddSquare(Vector512<float> value)
    {
        var (low, high) = Vector512.Widen(value);
        lower = Vector512.FusedMultiplyAdd(low, low, lower);
        upper = Vector512.FusedMultiplyAdd(high, high, upper);
    }
}
