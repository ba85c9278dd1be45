// Gradients of batch normalization in training, n = N inner elements to a channel (Ioffe, Szegedy, 2015, section 3):
//   db = Σ dy,  dw = rstd Σ dy (x - mean)
//   dx = w rstd (dy - Σ dy / n - (x - mean) rstd² Σ dy (x - mean) / n)
//
// Two passes over each channel, one for the sums (in float64 lanes) and one for dx: 12 to 20 bytes an element. Units of
// work as in BatchNormForward.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>The gradients of <see cref="BatchNormForward"/>.</summary>
internal unsafe struct BatchNormBackward : IChannelKernel
{
    /// <summary>dy, [N, C, inner].</summary>
    public float* OutputGradient;

    /// <summary>x, [N, C, inner].</summary>
    public float* Input;

    /// <summary>[C], as the forward pass wrote them.</summary>
    public float* Mean;

    /// <inheritdoc cref="Mean"/>
    public float* Rstd;

    /// <summary>[C], or null for ones.</summary>
    public float* Weight;

    /// <summary>dx, [N, C, inner]; may be the output's gradient.</summary>
    public float* InputGradient;

    /// <summary>dw, [C], or null where it is not needed.</summary>
    public float* WeightGradient;

    /// <summary>db, [C], or null where it is not needed.</summary>
    public float* BiasGradient;

    public int Batch;
    public int Channels;
    public int Inner;

    /// <summary>Writes the gradients.</summary>
    public readonly void Run(WorkerPool pool) => ChannelUnits.Run(pool, Batch, Channels, Inner, this);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Channel(int channel)
    {
        var mean = Vector512.Create(Mean[channel]);
        var sumG = default(WideSum);
        var sumGX = default(WideSum);
        for (var n = 0; n < Batch; n++)
        {
            var offset = ((long)n * Channels + channel) * Inner;
            var dy = OutputGradient + offset;
            var x = Input + offset;
            var nextDy = ChannelUnits.Next(dy, n, Batch, Channels, Inner);
            var nextX = ChannelUnits.Next(x, n, Batch, Channels, Inner);
            var i = 0;
            for (; i <= Inner - Lanes.Count; i += Lanes.Count)
            {
                Lanes.PrefetchFar(nextDy + i, 1);
                Lanes.PrefetchFar(nextX + i, 1);
                var gradient = Vector512.Load(dy + i);
                sumG.Add(gradient);
                sumGX.Add(gradient * (Vector512.Load(x + i) - mean));
            }

            if (i < Inner)
            {
                var gradient = Lanes.Load(dy + i, Inner - i);
                sumG.Add(gradient);
                sumGX.Add(gradient * (Lanes.Load(x + i, Inner - i) - mean));
            }
        }

        var (totalG, totalGX) = (sumG.Total, sumGX.Total);
        double rstd = Rstd[channel];
        if (BiasGradient != null)
            BiasGradient[channel] = (float)totalG;
        if (WeightGradient != null)
            WeightGradient[channel] = (float)(rstd * totalGX);

        var count = (double)Batch * Inner;
        var meanG = Vector512.Create((float)(totalG / count));
        var slope = Vector512.Create((float)(rstd * rstd * totalGX / count));
        var scale = Vector512.Create(Weight == null ? Rstd[channel] : Rstd[channel] * Weight[channel]);
        for (var n = Batch - 1; n >= 0; n--)
        {
            var offset = ((long)n * Channels + channel) * Inner;
            var dy = OutputGradient + offset;
            var x = Input + offset;
            var dx = InputGradient + offset;
            var nextDx = dx - (nint)Channels * Inner;
            var i = 0;
            for (; i <= Inner - Lanes.Count; i += Lanes.Count)
            {
                Lanes.PrefetchFar(nextDx + i, 1);
                Gradient(Vector512.Load(dy + i), Vector512.Load(x + i), mean, meanG, slope, scale).Store(dx + i);
            }

            if (i < Inner)
            {
                var left = Inner - i;
                Lanes.Store(dx + i, left, Gradient(Lanes.Load(dy + i, left), Lanes.Load(x + i, left), mean, meanG, slope, scale));
            }
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Strip(int channel)
    {
        var channels = Channels - channel;
        var columns = Math.Min(channels, ChannelUnits.StripChannels) * Inner;
        var row = (long)Channels * Inner;
        var means = stackalloc float[ChannelUnits.StripColumns];
        ChannelUnits.Expand(Lanes.Load(Mean + channel, channels), means, Inner);
        var sumsG = stackalloc double[ChannelUnits.StripColumns];
        var sumsGX = stackalloc double[ChannelUnits.StripColumns];
        for (var i = 0; i < columns; i += Lanes.Count)
            Sum((long)channel * Inner + i, row, columns - i, Vector512.Load(means + i), sumsG + i, sumsGX + i);

        var count = (double)Batch * Inner;
        var (gLower, gUpper) = ChannelUnits.Totals(sumsG, Inner);
        var (gxLower, gxUpper) = ChannelUnits.Totals(sumsGX, Inner);
        var rstd = Lanes.Load(Rstd + channel, channels);
        var (rstdLower, rstdUpper) = Vector512.Widen(rstd);
        if (BiasGradient != null)
            Lanes.Store(BiasGradient + channel, channels, Vector512.Narrow(gLower, gUpper));
        if (WeightGradient != null)
            Lanes.Store(WeightGradient + channel, channels, Vector512.Narrow(rstdLower * gxLower, rstdUpper * gxUpper));

        var meansG = stackalloc float[ChannelUnits.StripColumns];
        var slopes = stackalloc float[ChannelUnits.StripColumns];
        var scales = stackalloc float[ChannelUnits.StripColumns];
        ChannelUnits.Expand(Vector512.Narrow(gLower / count, gUpper / count), meansG, Inner);
        ChannelUnits.Expand(Vector512.Narrow(rstdLower * rstdLower * gxLower / count, rstdUpper * rstdUpper * gxUpper / count), slopes, Inner);
        ChannelUnits.Expand(Weight == null ? rstd : rstd * Lanes.Load(Weight + channel, channels), scales, Inner);
        for (var n = 0; n < Batch; n++)
        {
            var offset = n * row + (long)channel * Inner;
            for (var i = 0; i < columns; i += Lanes.Count)
            {
                var left = columns - i;
                var dx = Gradient(
                    Lanes.Load(OutputGradient + offset + i, left),
                    Lanes.Load(Input + offset + i, left),
                    Vector512.Load(means + i),
                    Vector512.Load(meansG + i),
                    Vector512.Load(slopes + i),
                    Vector512.Load(scales + i));
                Lanes.Store(InputGradient + offset + i, left, dx);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Sum(long offset, long row, int columns, Vector512<float> mean, double* sumsG, double* sumsGX)
    {
        var sumG = default(WideSum);
        var sumGX = default(WideSum);
        for (var n = 0; n < Batch; n++, offset += row)
        {
            var gradient = Lanes.Load(OutputGradient + offset, columns);
            sumG.Add(gradient);
            sumGX.Add(gradient * (Lanes.Load(Input + offset, columns) - mean));
        }

        sumG.Store(sumsG);
        sumGX.Store(sumsGX);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gradient(
        Vector512<float> dy, Vector512<float> x, Vector512<float> mean, Vector512<float> meanG, Vector512<float> slope, Vector512<float> scale) =>
        scale * Vector512.FusedMultiplyAdd(mean - x, slope, dy - meanG);
}
