using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

/// <summary>x times the normal distribution function at x: Hendrycks and Gimpel, "Gaussian error linear units", 2016.</summary>
internal readonly struct Gelu : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x * VectorMath.NormalDistribution(x);
}

/// <summary>GELU's approximation by tanh, from the same paper; GPT-2's activation.</summary>
internal readonly struct GeluTanh : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x * VectorMath.NormalDistributionByTanh(x);
}

/// <summary>x sigmoid(x): Elfwing et al., 2017; also called Swish.</summary>
internal readonly struct Silu : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x * VectorMath.Sigmoid(x);
}
