using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

// The native minimum and maximum return their second operand when one is NaN (x86) or NaN itself (Arm): x stands second.

/// <summary>The greatest integer that is not above x.</summary>
internal readonly struct Floor : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.Floor(x);
}

/// <summary>-1, 0 or 1; 0 for NaN, as in PyTorch.</summary>
internal readonly struct Sign : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => (Vector512.GreaterThan(x, Vector512<float>.Zero) & Vector512<float>.One) - (Vector512.LessThan(x, Vector512<float>.Zero) & Vector512<float>.One);
}

/// <summary>x brought into [p0, p1]; NaN stays NaN.</summary>
internal readonly struct Clamp : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.MinNative(p1, Vector512.MaxNative(p0, x));
}
