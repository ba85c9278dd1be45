using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>What a reduction does with an element, and with two partial results.</summary>
internal interface IReduction
{
    /// <summary>The result of no elements.</summary>
    static abstract double Identity { get; }

    /// <summary>Whether what contributes is an element's distance from a center.</summary>
    static abstract bool IsCentered { get; }

    /// <summary>An element's contribution.</summary>
    static abstract Vector512<double> Map(Vector512<double> x);

    /// <summary>Two partial results in one.</summary>
    static abstract Vector512<double> Combine(Vector512<double> a, Vector512<double> b);
}

/// <summary>The sum of the elements.</summary>
internal readonly struct Summation : IReduction
{
    /// <inheritdoc/>
    public static double Identity => 0;

    /// <inheritdoc/>
    public static bool IsCentered => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Map(Vector512<double> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Combine(Vector512<double> a, Vector512<double> b) => a + b;
}

/// <summary>The sum of the elements' squares.</summary>
internal readonly struct SquareSummation : IReduction
{
    /// <inheritdoc/>
    public static double Identity => 0;

    /// <inheritdoc/>
    public static bool IsCentered => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Map(Vector512<double> x) => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Combine(Vector512<double> a, Vector512<double> b) => a + b;
}

/// <summary>The sum of the elements' squared distances from a center.</summary>
internal readonly struct SquaredDeviationSummation : IReduction
{
    /// <inheritdoc/>
    public static double Identity => 0;

    /// <inheritdoc/>
    public static bool IsCentered => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Map(Vector512<double> x) => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Combine(Vector512<double> a, Vector512<double> b) => a + b;
}

/// <summary>The greatest element; NaN if there is one.</summary>
internal readonly struct Maximization : IReduction
{
    /// <inheritdoc/>
    public static double Identity => double.NegativeInfinity;

    /// <inheritdoc/>
    public static bool IsCentered => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Map(Vector512<double> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Combine(Vector512<double> a, Vector512<double> b) => Vector512.Max(a, b);
}

/// <summary>The least element; NaN if there is one.</summary>
internal readonly struct Minimization : IReduction
{
    /// <inheritdoc/>
    public static double Identity => double.PositiveInfinity;

    /// <inheritdoc/>
    public static bool IsCentered => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Map(Vector512<double> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Combine(Vector512<double> a, Vector512<double> b) => Vector512.Min(a, b);
}
