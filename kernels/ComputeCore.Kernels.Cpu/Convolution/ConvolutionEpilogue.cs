using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// What is done with a convolution's sums before they are stored: y = activation(scale[k] · sum + bias[k] + residual). So batch
/// normalization by given statistics, a residual block's addition and its relu cost no pass over memory.
/// </summary>
internal unsafe struct ConvolutionEpilogue
{
    /// <summary>A factor for each output channel, [K], or null.</summary>
    public float* Scale;

    /// <summary>A number added to each output channel, [K], or null.</summary>
    public float* Bias;

    /// <summary>What is added before the activation, [N, K, P, Q], or null; it must not overlap y.</summary>
    public float* Residual;

    /// <summary>Applied last.</summary>
    public Activation Activation;

    /// <summary>The epilogue of the part of y that begins at a channel, so many elements from y's beginning.</summary>
    public readonly ConvolutionEpilogue From(nint channel, nint offset) => new()
    {
        Scale = Scale == null ? null : Scale + channel,
        Bias = Bias == null ? null : Bias + channel,
        Residual = Residual == null ? null : Residual + offset,
        Activation = Activation,
    };

    /// <summary>Scale, bias and activation of tiles whose rows are channels from one on.</summary>
    public readonly Epilogue OfRows(int channel) => new Epilogue { RowScale = Scale, RowBias = Bias, Activation = Activation }.At(channel, 0);

    /// <summary>The results of pixels of one channel, those inside <paramref name="mask"/> from an offset on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> OfChannel(Vector512<float> sums, nint channel, nint offset, Vector512<float> mask)
    {
        if (Scale != null)
            sums *= Vector512.Create(Scale[channel]);
        if (Bias != null)
            sums += Vector512.Create(Bias[channel]);
        if (Residual != null)
            sums += Lanes.Load(Residual + offset, mask);
        return Activations.Apply(sums, Activation);
    }

    /// <summary>The same for up to 16 channels from <paramref name="channel"/> on, as a vector's lanes.</summary>
    /// <param name="channel">The first one.</param>
    /// <param name="channels">How many there are.</param>
    /// <param name="offset">Elements from y's beginning to the place in the first channel's plane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TileEpilogue At(nint channel, int channels, nint offset)
    {
        var inside = Lanes.First(channels);
        return new()
        {
            Scale = Scale == null ? Vector512<float>.One : Lanes.Load(Scale + channel, inside),
            Bias = Bias == null ? Vector512<float>.Zero : Lanes.Load(Bias + channel, inside),
            Residual = Residual == null ? null : Residual + offset,
            Activation = Activation,
        };
    }
}

/// <summary>The epilogue of a tile whose lanes are channels until it is transposed, and pixels from then on.</summary>
internal unsafe struct TileEpilogue
{
    /// <summary>Of each channel.</summary>
    public Vector512<float> Scale;

    /// <summary>Of each channel.</summary>
    public Vector512<float> Bias;

    /// <summary>Lies like the transposed tile; null if there is none.</summary>
    public float* Residual;

    /// <summary>Applied last.</summary>
    public Activation Activation;

    /// <summary>Leaves everything as it is.</summary>
    public static TileEpilogue None => new() { Scale = Vector512<float>.One };

    /// <summary>Before the transpose: scale and bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> OfChannels(Vector512<float> sums) => Vector512.FusedMultiplyAdd(sums, Scale, Bias);

    /// <summary>After the transpose: residual and activation, of the pixels inside <paramref name="mask"/> from an offset on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> OfPixels(Vector512<float> values, nint offset, Vector512<float> mask) =>
        Activations.Apply(Residual == null ? values : values + Lanes.Load(Residual + offset, mask), Activation);
}
