// y = activation(scale[k] y + bias[k] + residual) in place, a work-item per element: what the kernels of the convolution leave to be
// done where there is more than a bias and an activation. Bytes: 8 per element, 12 with a residual.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Normalization by given statistics, the addition of a residual and an activation.</summary>
internal static partial class ChannelEpilogue
{
    /// <summary>Finishes a convolution's sums.</summary>
    /// <param name="scale">[channels]; any memory without.</param>
    /// <param name="bias">[channels]; any memory without.</param>
    /// <param name="residual">Like y; any memory without.</param>
    /// <param name="y">[images, channels, plane].</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="plane">Elements of a channel.</param>
    /// <param name="hasScale">1 where there is a scale.</param>
    /// <param name="hasBias">1 where there is a bias.</param>
    /// <param name="hasResidual">1 where there is a residual.</param>
    /// <param name="activation">0 for none, 1 for relu, 2 for relu6.</param>
    /// <param name="count">Elements of y.</param>
    [Kernel]
    public static void Apply(
        ArrayView<float> scale, ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, int channels, int plane, int hasScale, int hasBias,
        int hasResidual, int activation, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var channel = i / plane % channels;
        var value = y[i];
        if (hasScale != 0)
            value *= scale[channel];
        if (hasBias != 0)
            value += bias[channel];
        if (hasResidual != 0)
            value += residual[i];
        y[i] = Epilogue.Activate(value, activation);
    }
}
