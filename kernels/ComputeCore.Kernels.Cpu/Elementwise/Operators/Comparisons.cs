using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

// A truth value in a tile is 1.0f or 0.0f, so that it can be multiplied like any mask. Comparing with NaN is false but for ≠.

/// <summary>a = b.</summary>
internal readonly struct Equal : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.Equals(a, b) & Vector512<float>.One;
}

/// <summary>a ≠ b; true if either is NaN.</summary>
internal readonly struct NotEqual : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.AndNot(Vector512<float>.One, Vector512.Equals(a, b));
}

/// <summary>a &lt; b.</summary>
internal readonly struct Less : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.LessThan(a, b) & Vector512<float>.One;
}

/// <summary>a ≤ b.</summary>
internal readonly struct LessOrEqual : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.LessThanOrEqual(a, b) & Vector512<float>.One;
}

/// <summary>a > b.</summary>
internal readonly struct Greater : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.GreaterThan(a, b) & Vector512<float>.One;
}

/// <summary>a ≥ b.</summary>
internal readonly struct GreaterOrEqual : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.GreaterThanOrEqual(a, b) & Vector512<float>.One;
}
