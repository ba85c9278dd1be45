using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

// Truth values are 1.0f or 0.0f, whose bits can be combined directly.

/// <summary>a and b.</summary>
internal readonly struct And : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => a & b;
}

/// <summary>a or b.</summary>
internal readonly struct Or : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => a | b;
}

/// <summary>Not x.</summary>
internal readonly struct Not : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x ^ Vector512<float>.One;
}

/// <summary>b where a is not 0, else c.</summary>
internal readonly struct Where : ITernaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b, Vector512<float> c)
        => Vector512.ConditionalSelect(Vector512.Equals(a, Vector512<float>.Zero), c, b);
}
