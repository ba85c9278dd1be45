namespace ComputeCore.Operations;

/// <summary>A nonlinearity that a matrix product or convolution applies while it stores its result.</summary>
public enum Activation
{
    /// <summary>The result as it is.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,
}

internal static class ActivationExtensions
{
    /// <summary>The definition.</summary>
    public static double Evaluate(this Activation activation, double x) =>
        activation != Activation.None && x < 0 ? 0 : activation == Activation.Relu6 && x > 6 ? 6 : x;

    /// <summary>The CPU kernels' name for it.</summary>
    public static Kernels.Cpu.Gemm.Activation ToKernel(this Activation activation) => activation switch
    {
        Activation.Relu => Kernels.Cpu.Gemm.Activation.Relu,
        Activation.Relu6 => Kernels.Cpu.Gemm.Activation.Relu6,
        _ => Kernels.Cpu.Gemm.Activation.None,
    };
}
