using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

/// <summary>e to the power x.</summary>
internal readonly struct Exp : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => VectorMath.Exp(x);
}

/// <summary>Natural logarithm.</summary>
internal readonly struct Log : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => VectorMath.Log(x);
}

/// <summary>a to the power b.</summary>
internal readonly struct Pow : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => VectorMath.Pow(a, b);
}

/// <summary>Square root.</summary>
internal readonly struct Sqrt : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.Sqrt(x);
}

/// <summary>1 / square root of x; an exact division, not the 14-bit estimate.</summary>
internal readonly struct ReciprocalSqrt : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512<float>.One / Vector512.Sqrt(x);
}

/// <summary>Hyperbolic tangent.</summary>
internal readonly struct Tanh : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => VectorMath.Tanh(x);
}

/// <summary>1 / (1 + e^-x).</summary>
internal readonly struct Sigmoid : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => VectorMath.Sigmoid(x);
}

/// <summary>Error function.</summary>
internal readonly struct Erf : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => VectorMath.Erf(x);
}
