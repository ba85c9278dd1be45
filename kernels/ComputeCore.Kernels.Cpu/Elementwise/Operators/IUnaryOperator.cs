using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

/// <summary>A function of one value, for sixteen values at a time, with up to two parameters that are the same for all.</summary>
internal interface IUnaryOperator
{
    /// <summary>The function's value for each lane of <paramref name="x"/>.</summary>
    static abstract Vector512<float> Invoke(Vector512<float> x, Vector512<float> p0, Vector512<float> p1);
}
