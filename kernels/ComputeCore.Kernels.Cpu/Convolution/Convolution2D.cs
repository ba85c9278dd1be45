using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>2-D convolution and its gradients, f32: chooses the kernel for the shape.</summary>
internal static unsafe class Convolution2D
{
    private enum Algorithm
    {
        Depthwise,
        Pointwise,
        Winograd,
        Direct,
        Indirect,
    }

    /// <summary>Bytes of what <see cref="Prepare"/> makes of the weights, 64-byte aligned; 0 where they are used as they are.</summary>
    public static long PreparedBytes(in ConvolutionShape shape) => Choose(shape) switch
    {
        Algorithm.Depthwise => 0,
        Algorithm.Pointwise => PointwiseConvolution.PreparedBytes(shape),
        Algorithm.Winograd => WinogradConvolution.PreparedBytes(shape),
        Algorithm.Direct => DirectConvolution.PreparedBytes(shape),
        _ => IndirectConvolution.PreparedBytes(shape),
    };

    /// <summary>Bytes of workspace of <see cref="Forward"/>, 64-byte aligned.</summary>
    public static long ForwardWorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) => Choose(shape) switch
    {
        Algorithm.Depthwise => DepthwiseConvolution.WorkspaceBytes(pool, shape),
        Algorithm.Winograd => IndirectConvolution.PreparedBytes(shape),
        Algorithm.Direct => DirectConvolution.WorkspaceBytes(pool, shape),
        _ => 0,
    };

    /// <summary>Bytes of workspace of <see cref="BackwardData"/>, 64-byte aligned.</summary>
    public static long DataWorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) =>
        shape.IsDepthwise ? DepthwiseConvolution.WorkspaceBytes(pool, shape)
        : PointwiseConvolution.TakesDataGradient(shape) ? PointwiseConvolution.DataWorkspaceBytes(pool, shape)
        : PhasedDataGradient.Takes(shape) ? PhasedDataGradient.WorkspaceBytes(shape)
        : Math.Max(
            IndirectConvolution.DataWorkspaceBytes(shape),
            WinogradConvolution.Takes(shape) ? WinogradConvolution.DataWorkspaceBytes(shape) : 0);

    /// <summary>Bytes of workspace of <see cref="BackwardWeights"/>, 64-byte aligned.</summary>
    public static long WeightsWorkspaceBytes(WorkerPool pool, in ConvolutionShape shape) =>
        shape.IsDepthwise ? DepthwiseConvolution.WorkspaceBytes(pool, shape)
        : PointwiseWeightsGradient.Takes(shape) ? PointwiseWeightsGradient.WorkspaceBytes(shape)
        : PointwiseConvolution.TakesWeightsGradient(shape) ? PointwiseConvolution.WeightsWorkspaceBytes(pool, shape)
        : Math.Max(
            IndirectWeightsGradient.WorkspaceBytes(pool, shape),
            WinogradConvolution.Takes(shape) ? WinogradWeightsGradient.WorkspaceBytes(pool, shape) : 0);

    /// <summary>Brings the weights into the form in which <see cref="Forward"/> reads them, <see cref="PreparedBytes"/> long; not for shapes where that is 0.</summary>
    public static void Prepare(WorkerPool pool, in ConvolutionShape shape, float* weights, byte* prepared)
    {
        switch (Choose(shape))
        {
            case Algorithm.Pointwise:
                PointwiseConvolution.Prepare(pool, shape, weights, prepared);
                break;
            case Algorithm.Winograd:
                WinogradConvolution.Prepare(pool, shape, weights, prepared);
                break;
            case Algorithm.Direct:
                DirectConvolution.Prepare(pool, shape, weights, prepared);
                break;
            case Algorithm.Indirect:
                IndirectConvolution.Prepare(pool, shape, weights, prepared);
                break;
        }
    }

    /// <summary>y = convolution(x, weights), then the epilogue; the weights are prepared.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, float* weights, byte* prepared, in ConvolutionEpilogue epilogue, float* y, byte* workspace)
    {
        switch (Choose(shape))
        {
            case Algorithm.Depthwise:
                DepthwiseConvolution.Forward(pool, shape, x, weights, epilogue, y, workspace);
                break;
            case Algorithm.Pointwise:
                PointwiseConvolution.Forward(pool, shape, x, prepared, epilogue, y);
                break;
            case Algorithm.Winograd when WinogradConvolution.Forward(pool, shape, x, prepared, epilogue, y):
                break;
            case Algorithm.Winograd:
                IndirectConvolution.Prepare(pool, shape, weights, workspace);
                IndirectConvolution.Forward(pool, shape, x, workspace, epilogue, y);
                break;
            case Algorithm.Direct:
                DirectConvolution.Forward(pool, shape, x, prepared, epilogue, y, workspace);
                break;
            default:
                IndirectConvolution.Forward(pool, shape, x, prepared, epilogue, y);
                break;
        }
    }

    /// <summary>dx = the gradient with respect to x.</summary>
    public static void BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
    {
        if (shape.IsDepthwise)
            DepthwiseConvolution.BackwardData(pool, shape, dy, weights, dx, workspace);
        else if (PointwiseConvolution.TakesDataGradient(shape))
            PointwiseConvolution.BackwardData(pool, shape, dy, weights, dx, workspace);
        else if (PhasedDataGradient.Takes(shape))
            PhasedDataGradient.Run(pool, shape, dy, weights, dx, workspace);
        else if (!WinogradConvolution.Takes(shape) || !WinogradConvolution.BackwardData(pool, shape, dy, weights, dx, workspace))
            IndirectConvolution.BackwardData(pool, shape, dy, weights, dx, workspace);
    }

    /// <summary>dweights = the gradient with respect to the weights.</summary>
    public static void BackwardWeights(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        if (shape.IsDepthwise)
            DepthwiseConvolution.BackwardWeights(pool, shape, x, dy, dweights, workspace);
        else if (PointwiseWeightsGradient.Takes(shape))
            PointwiseWeightsGradient.Run(pool, shape, x, dy, dweights, workspace);
        else if (PointwiseConvolution.TakesWeightsGradient(shape))
            PointwiseConvolution.BackwardWeights(pool, shape, x, dy, dweights, workspace);
        else if (!WinogradConvolution.Takes(shape) || !WinogradWeightsGradient.Run(pool, shape, x, dy, dweights, workspace))
            IndirectWeightsGradient.Run(pool, shape, x, dy, dweights, workspace);
    }

    private static Algorithm Choose(in ConvolutionShape shape) =>
        shape.IsDepthwise ? Algorithm.Depthwise
        : PointwiseConvolution.Takes(shape) ? Algorithm.Pointwise
        : WinogradConvolution.Takes(shape) ? Algorithm.Winograd
        : DirectConvolution.Takes(shape) ? Algorithm.Direct
        : Algorithm.Indirect;
}
