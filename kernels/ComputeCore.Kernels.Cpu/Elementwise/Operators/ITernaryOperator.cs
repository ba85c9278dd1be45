using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

/// <summary>A function of three values, for sixteen triples at a time.</summary>
internal interface ITernaryOperator
{
    /// <summary>The function's value for each triple of lanes.</summary>
    static abstract Vector512<float> Invoke(Vector512<float> a, Vector512<float> b, Vector512<float> c);
}
