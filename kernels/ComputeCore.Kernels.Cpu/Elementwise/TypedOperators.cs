using System.Numerics;

namespace ComputeCore.Kernels.Cpu.Elementwise;

/// <summary>A function of two values of any element type; a comparison's result is a byte, 0 or 1.</summary>
internal interface ITypedOperator<T, TResult>
{
    /// <summary>The function's value.</summary>
    static abstract TResult Invoke(T a, T b);
}

/// <summary>a + b; integers wrap.</summary>
internal readonly struct TypedAdd<T> : ITypedOperator<T, T>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static T Invoke(T a, T b) => unchecked(a + b);
}

/// <summary>a - b; integers wrap.</summary>
internal readonly struct TypedSubtract<T> : ITypedOperator<T, T>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static T Invoke(T a, T b) => unchecked(a - b);
}

/// <summary>a b; integers wrap.</summary>
internal readonly struct TypedMultiply<T> : ITypedOperator<T, T>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static T Invoke(T a, T b) => unchecked(a * b);
}

/// <summary>The lesser value.</summary>
internal readonly struct TypedMinimum<T> : ITypedOperator<T, T>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static T Invoke(T a, T b) => T.Min(a, b);
}

/// <summary>The greater value.</summary>
internal readonly struct TypedMaximum<T> : ITypedOperator<T, T>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static T Invoke(T a, T b) => T.Max(a, b);
}

/// <summary>a = b.</summary>
internal readonly struct TypedEqual<T> : ITypedOperator<T, byte>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static byte Invoke(T a, T b) => a == b ? (byte)1 : (byte)0;
}

/// <summary>a ≠ b.</summary>
internal readonly struct TypedNotEqual<T> : ITypedOperator<T, byte>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static byte Invoke(T a, T b) => a != b ? (byte)1 : (byte)0;
}

/// <summary>a &lt; b.</summary>
internal readonly struct TypedLess<T> : ITypedOperator<T, byte>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static byte Invoke(T a, T b) => a < b ? (byte)1 : (byte)0;
}

/// <summary>a ≤ b.</summary>
internal readonly struct TypedLessOrEqual<T> : ITypedOperator<T, byte>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static byte Invoke(T a, T b) => a <= b ? (byte)1 : (byte)0;
}

/// <summary>a > b.</summary>
internal readonly struct TypedGreater<T> : ITypedOperator<T, byte>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static byte Invoke(T a, T b) => a > b ? (byte)1 : (byte)0;
}

/// <summary>a ≥ b.</summary>
internal readonly struct TypedGreaterOrEqual<T> : ITypedOperator<T, byte>
    where T : INumber<T>
{
    /// <inheritdoc/>
    public static byte Invoke(T a, T b) => a >= b ? (byte)1 : (byte)0;
}
