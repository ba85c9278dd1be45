using System.Numerics;
using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;

namespace ComputeCore.Operations;

/// <summary>How element-wise operations on integers become loops of the CPU.</summary>
internal static unsafe class ElementwiseLoops
{
    /// <summary>A kernel for two operands that broadcast.</summary>
    public static CpuKernel Binary<T, TResult, TOperator>(CpuLowering lowering)
        where T : unmanaged
        where TResult : unmanaged
        where TOperator : struct, ITypedOperator<T, TResult>
    {
        var layout = new OperandLayout(lowering.Outputs[0].Shape.AsSpan(), lowering.Inputs[0].Shape.AsSpan(), lowering.Inputs[1].Shape.AsSpan());
        return new CpuKernel(a => TypedElementwise.Binary<T, TResult, TOperator>(a.Pool, a.Input<T>(0), a.Input<T>(1), a.Output<TResult>(0), layout));
    }

    /// <summary>A kernel that chooses between two operands.</summary>
    public static CpuKernel Where<T>(CpuLowering lowering)
        where T : unmanaged, INumber<T>
    {
        var inputs = lowering.Inputs;
        var layout = new OperandLayout(lowering.Outputs[0].Shape.AsSpan(), inputs[0].Shape.AsSpan(), inputs[1].Shape.AsSpan(), inputs[2].Shape.AsSpan());
        return new CpuKernel(a => TypedElementwise.Where(a.Pool, a.Input<byte>(0), a.Input<T>(1), a.Input<T>(2), a.Output<T>(0), layout));
    }
}
