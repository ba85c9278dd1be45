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
    {
        var distribution = 0.5f * (Vector512<float>.One + VectorMath.Erf(x * 0.707106781f));
        var density = 0.398942280f * VectorMath.Exp(x * x * -0.5f);
        return dy * Vector512.FusedMultiplyAdd(x, density, distribution);
    }
}

/// <summary>dy ((1 + t)/2 + x/2 (1 - t²) u'), with u = √(2/π) (x + 0.044715 x³) and t = tanh u.</summary>
internal readonly struct GeluTanhGradient : IBinaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> dy)
    {
        var one = Vector512<float>.One;
        var t = VectorMath.Tanh(0.797884561f * Vector512.FusedMultiplyAdd(x * x * 0.044715f, x, x));
        var slope = 0.797884561f * Vector512.FusedMultiplyAdd(x * x, Vector512.Create(0.134145f), one);
        return dy * 0.5f * Vector512.FusedMultiplyAdd(x * (one - (t * t)), slope, one + t);
    }
}
