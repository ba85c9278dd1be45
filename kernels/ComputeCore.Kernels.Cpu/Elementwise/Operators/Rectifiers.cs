using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

// The native minimum and maximum return their second operand when one is NaN (x86) or NaN itself (Arm): x stands second.

/// <summary>max(x, 0); NaN stays NaN.</summary>
internal readonly struct Relu : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.MaxNative(Vector512<float>.Zero, x);
}

/// <summary>min(max(x, 0), 6): Howard et al., "MobileNets", 2017.</summary>
internal readonly struct Relu6 : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.MinNative(Vector512.Create(6f), Vector512.MaxNative(Vector512<float>.Zero, x));
}

/// <summary>x where positive, else p0 x: Maas et al., 2013.</summary>
internal readonly struct LeakyRelu : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), x, x * p0);
}

/// <summary>x min(max(x + 3, 0), 6) / 6: Howard et al., "Searching for MobileNetV3", 2019.</summary>
internal readonly struct HardSwish : IUnaryOperator
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1)
        => x * Relu6.Invoke(x + Vector512.Create(3f), p0, p1) / Vector512.Create(6f);
}
