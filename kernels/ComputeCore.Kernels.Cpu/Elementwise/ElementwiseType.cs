namespace ComputeCore.Kernels.Cpu.Elementwise;

/// <summary>How an element of a program's input or output lies in memory.</summary>
internal enum ElementwiseType
{
    /// <summary>Four bytes, IEEE 754 single precision.</summary>
    Float32,

    /// <summary>One byte, 0 or 1; in a program 0.0f or 1.0f.</summary>
    Bool,
}
