using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

// Derivatives that as chains of simple operators would take ten instructions or more; x is the activation's argument and dy the
// gradient at its result.

/// <summary>dy (Φ(x) + x φ(x)), with the normal distribution function and its density.</summary>
internal readonly struct GeluGradient : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> dy)
        => dy * VectorMath.GeluSlope(x);
}

/// <summary>dy ((1 + t)/2 + x/2 (1 - t²) u'), with u = √(2/π) (x + 0.044715 x³) and t = tanh u.</summary>
internal readonly struct GeluTanhGradient : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> dy)
        => dy * VectorMath.GeluTanhSlope(x);
}
