using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>2-D convolution and its gradients, f32: chooses the kernel for the shape.</summary>
internal static unsafe class Convolution2D
{
    /// <summary>Bytes of workspace that each of the three kernels needs, 64-byte aligned.</summary>
    public static long WorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) =>
        shape.IsDepthwise
            ? DepthwiseConvolution.WorkspaceBytes(pool, shape)
            : Math.Max(Math.Max(WinogradWeightsGradient.WorkspaceBytes(pool, shape), WinogradConvolution.WorkspaceBytes(pool, shape)), Math.Max(IndirectConvolution.WorkspaceBytes(pool, shape), IndirectWeightsGradient.WorkspaceBytes(pool, shape)));

    /// <summary>y = convolution(x, weights) + bias, then relu if asked for; bias may be null.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, float* weights, float* bias, bool relu, float* y, byte* workspace)
    {
        if (shape.IsDepthwise)
            DepthwiseConvolution.Forward(pool, shape, x, weights, bias, relu, y, workspace);
        else if (!UsesWinograd(shape) || !WinogradConvolution.Forward(pool, shape, x, weights, bias, relu, y, workspace))
            IndirectConvolution.Forward(pool, shape, x, weights, bias, relu, y, workspace);
    }

    /// <summary>dx = the gradient with respect to x.</summary>
    public static void BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
    {
        if (shape.IsDepthwise)
            DepthwiseConvolution.BackwardData(pool, shape, dy, weights, dx, workspace);
        else if (!UsesWinograd(shape) || !WinogradConvolution.BackwardData(pool, shape, dy, weights, dx, workspace))
            IndirectConvolution.BackwardData(pool, shape, dy, weights, dx, workspace);
    }

    /// <summary>dweights = the gradient with respect to the weights.</summary>
    public static void BackwardWeights(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        if (shape.IsDepthwise)
            DepthwiseConvolution.BackwardWeights(pool, shape, x, dy, dweights, workspace);
        else if (!UsesWinograd(shape) || !WinogradWeightsGradient.Run(pool, shape, x, dy, dweights, workspace))
            IndirectWeightsGradient.Run(pool, shape, x, dy, dweights, workspace);
    }

    private static bool UsesWinograd(in ConvolutionShape shape) =>
        Environment.GetEnvironmentVariable("NOWINO") == null && System.Runtime.Intrinsics.X86.Avx512F.IsSupported
        && shape is { R: 3, S: 3, StrideY: 1, StrideX: 1, DilationY: 1, DilationX: 1, Groups: 1, C: >= 16, K: >= 16 };
}
