// Batch normalization of [N, C, inner] over N and inner (Ioffe, Szegedy, "Batch Normalization", 2015):
//   y = (x - mean) rstd w + b        rstd = 1 / sqrt(variance + ε), variance with 1 / (N inner)
//
// One channel is one unit of work: it is read for its sums and read again for the output, what was read last first, as it is still in
// the nearest cache (forwards would take 3 % longer at [8, 256, 56, 56], 5 % at [8, 64, 112, 112], 1 % at [64, 64, 32, 32]). Traffic
// 8 to 12 bytes an element. A channel's images are far apart: each is fetched while the one before is summed or written, which is 1.4 times
// as fast where they are in memory. The sums run in float64 lanes (see WideSum), which costs 6 instructions a vector and still keeps up with
// memory. Where a channel has less than a vector of each image, 16 neighbouring ones are a unit.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Batch normalization with the batch's own statistics, as in training.</summary>
internal unsafe struct BatchNormForward : IChannelKernel
{
    /// <summary>x, [N, C, inner].</summary>
    public float* Input;

    /// <summary>[C], or null for ones.</summary>
    public float* Weight;

    /// <summary>[C], or null for zeros.</summary>
    public float* Bias;

    /// <summary>y, [N, C, inner]; may be the input.</summary>
    public float* Output;

    /// <summary>Written: each channel's mean.</summary>
    public float* Mean;

    /// <summary>Written: each channel's inverse standard deviation.</summary>
    public float* Rstd;

    /// <summary>Written: each channel's biased variance; times n / (n - 1), n = N · inner, it is the one for the running variance.</summary>
    public float* Variance;

    public int Batch;
    public int Channels;
    public int Inner;
    public float Epsilon;

    /// <summary>Normalizes each channel.</summary>
    public readonly void Run(WorkerPool pool) => ChannelUnits.Run(pool, Batch, Channels, Inner, this);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Channel(int channel)
    {
        var sum = default(WideSum);
        var sumOfSquares = default(WideSum);
        for (var n = 0; n < Batch; n++)
        {
            var x = Input + ((long)n * Channels + channel) * Inner;
            var next = ChannelUnits.Next(x, n, Batch, Channels, Inner);
            var i = 0;
            for (; i <= Inner - Lanes.Count; i += Lanes.Count)
            {
                Lanes.PrefetchFar(next + i, 1);
                var value = Vector512.Load(x + i);
                sum.Add(value);
                sumOfSquares.AddSquare(value);
            }

            if (i < Inner)
            {
                var value = Lanes.Load(x + i, Inner - i);
                sum.Add(value);
                sumOfSquares.AddSquare(value);
            }
        }

        var count = (double)Batch * Inner;
        var mean = sum.Total / count;
        var variance = Math.Max(0, sumOfSquares.Total / count - mean * mean);
        Mean[channel] = (float)mean;
        Variance[channel] = (float)variance;
        Rstd[channel] = (float)(1 / Math.Sqrt(variance + Epsilon));

        var scale = Vector512.Create(Weight == null ? Rstd[channel] : Rstd[channel] * Weight[channel]);
        var shift = Vector512.Create(Bias == null ? 0 : Bias[channel]);
        for (var n = Batch - 1; n >= 0; n--)
        {
            var offset = ((long)n * Channels + channel) * Inner;
            Normalize(Input + offset, Output + offset, (nint)Channels * Inner, Inner, Vector512.Create((float)mean), scale, shift);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Normalize(float* input, float* output, nint image, int count, Vector512<float> mean, Vector512<float> scale, Vector512<float> shift)
    {
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count)
        {
            Lanes.PrefetchFar(output - image + i, 1);
            Vector512.FusedMultiplyAdd(Vector512.Load(input + i) - mean, scale, shift).Store(output + i);
        }

        if (i < count)
            Lanes.Store(output + i, count - i, Vector512.FusedMultiplyAdd(Lanes.Load(input + i, count - i) - mean, scale, shift));
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Strip(int channel)
    {
        var channels = Channels - channel;
        var columns = Math.Min(channels, ChannelUnits.StripChannels) * Inner;
        var row = (long)Channels * Inner;
        var sums = stackalloc double[ChannelUnits.StripColumns];
        var sumsOfSquares = stackalloc double[ChannelUnits.StripColumns];
        for (var i = 0; i < columns; i += Lanes.Count)
            Sum(Input + (long)channel * Inner + i, row, columns - i, sums + i, sumsOfSquares + i);

        var count = (double)Batch * Inner;
        var (sumLower, sumUpper) = ChannelUnits.Totals(sums, Inner);
        var (squaresLower, squaresUpper) = ChannelUnits.Totals(sumsOfSquares, Inner);
        var (meanLower, meanUpper) = (sumLower / count, sumUpper / count);
        var varianceLower = Variances(squaresLower / count, meanLower);
        var varianceUpper = Variances(squaresUpper / count, meanUpper);
        var mean = Vector512.Narrow(meanLower, meanUpper);
        var rstd = Vector512.Narrow(InverseDeviations(varianceLower), InverseDeviations(varianceUpper));
        Lanes.Store(Mean + channel, channels, mean);
        Lanes.Store(Variance + channel, channels, Vector512.Narrow(varianceLower, varianceUpper));
        Lanes.Store(Rstd + channel, channels, rstd);

        var means = stackalloc float[ChannelUnits.StripColumns];
        var scales = stackalloc float[ChannelUnits.StripColumns];
        var shifts = stackalloc float[ChannelUnits.StripColumns];
        ChannelUnits.Expand(mean, means, Inner);
        ChannelUnits.Expand(Weight == null ? rstd : rstd * Lanes.Load(Weight + channel, channels), scales, Inner);
        ChannelUnits.Expand(Bias == null ? Vector512<float>.Zero : Lanes.Load(Bias + channel, channels), shifts, Inner);
        for (var n = 0; n < Batch; n++)
        {
            var offset = n * row + (long)channel * Inner;
            for (var i = 0; i < columns; i += Lanes.Count)
            {
                var x = Lanes.Load(Input + offset + i, columns - i);
                var y = Vector512.FusedMultiplyAdd(x - Vector512.Load(means + i), Vector512.Load(scales + i), Vector512.Load(shifts + i));
                Lanes.Store(Output + offset + i, columns - i, y);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Sum(float* x, long row, int columns, double* sums, double* sumsOfSquares)
    {
        var sum = default(WideSum);
        var sumOfSquares = default(WideSum);
        for (var n = 0; n < Batch; n++, x += row)
        {
            var value = Lanes.Load(x, columns);
            sum.Add(value);
            sumOfSquares.AddSquare(value);
        }

        sum.Store(sums);
        sumOfSquares.Store(sumsOfSquares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Variances(Vector512<double> meanOfSquares, Vector512<double> mean) =>
        Vector512.Max(Vector512<double>.Zero, meanOfSquares - mean * mean);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector512<double> InverseDeviations(Vector512<double> variance) =>
        Vector512<double>.One / Vector512.Sqrt(variance + Vector512.Create((double)Epsilon));
}
