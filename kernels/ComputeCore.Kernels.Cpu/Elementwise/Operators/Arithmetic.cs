using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

/// <summary>a + b.</summary>
internal readonly struct Add : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => a + b;
}

/// <summary>a - b.</summary>
internal readonly struct Subtract : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => a - b;
}

/// <summary>a b.</summary>
internal readonly struct Multiply : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => a * b;
}

/// <summary>a / b.</summary>
internal readonly struct Divide : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => a / b;
}

/// <summary>The lesser value; NaN if either is.</summary>
internal readonly struct Minimum : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.Min(a, b);
}

/// <summary>The greater value; NaN if either is.</summary>
internal readonly struct Maximum : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> a, Vector512<float> b)
        => Vector512.Max(a, b);
}

/// <summary>x.</summary>
internal readonly struct Copy : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x;
}

/// <summary>-x.</summary>
internal readonly struct Negate : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => -x;
}

/// <summary>|x|.</summary>
internal readonly struct Abs : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.Abs(x);
}

/// <summary>x squared.</summary>
internal readonly struct Square : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x * x;
}

/// <summary>1 / x.</summary>
internal readonly struct Reciprocal : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512<float>.One / x;
}
