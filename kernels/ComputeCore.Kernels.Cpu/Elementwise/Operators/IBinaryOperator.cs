using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise.Operators;

/// <summary>A function of two values, for sixteen pairs at a time.</summary>
internal interface IBinaryOperator
{
    /// <summary>The function's value for each pair of lanes.</summary>
    static abstract Vector512<float> Invoke(Vector512<float> a, Vector512<float> b);
}
