// Batch normalization of [N, C, inner] over N and inner (Ioffe, Szegedy, "Batch Normalization", 2015):
//   y = (x - mean) rstd w + b        rstd = 1 / sqrt(variance + ε), variance with 1 / (N inner)
//
// One channel is one unit of work: it is read for its sums and read again, from cache where it fits, for the output.
// Traffic 8 to 12 bytes an element. The sums run in float64 lanes (see WideSum), which costs 6 instructions a vector and
// still keeps up with memory. Without inner axes neighbouring channels are contiguous: 16 of them share a vector.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Batch normalization with the batch's own statistics, as in training.</summary>
internal static unsafe class BatchNormForward
{
    /// <summary>
    /// Normalizes each channel; writes its mean, inverse standard deviation and biased variance, [C] each (times
    /// n / (n - 1), n = batch × inner, for the running variance). Weight and bias [C] may be null; output may be input.
    /// </summary>
    public static void Run(
        WorkerPool pool,
        float* input,
        float* weight,
        float* bias,
        float* output,
        float* mean,
        float* rstd,
        float* variance,
        int batch,
        int channels,
        int inner,
        float epsilon)
    {
        var chunks = ChannelUnits.Chunks(batch, channels, inner);
        pool.For(chunks.Count, new Body
        {
            Input = input,
            Weight = weight,
            Bias = bias,
            Output = output,
            Mean = mean,
            Rstd = rstd,
            Variance = variance,
            Batch = batch,
            Channels = channels,
            Inner = inner,
            Epsilon = epsilon,
            Chunks = chunks,
        });
    }

    private struct Body : IParallelBody
    {
        public float* Input;
        public float* Weight;
        public float* Bias;
        public float* Output;
        public float* Mean;
        public float* Rstd;
        public float* Variance;
        public int Batch;
        public int Channels;
        public int Inner;
        public float Epsilon;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            for (var unit = Chunks.Start(index); unit < Chunks.End(index); unit++)
            {
                if (Inner == 1)
                    Strip((int)unit * Lanes.Width);
                else
                    Channel((int)unit);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Channel(int channel)
        {
            var sum = default(WideSum);
            var sumOfSquares = default(WideSum);
            for (var n = 0; n < Batch; n++)
            {
                var x = Input + ((long)n * Channels + channel) * Inner;
                var i = 0;
                for (; i <= Inner - Lanes.Width; i += Lanes.Width)
                {
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
            for (var n = 0; n < Batch; n++)
            {
                var offset = ((long)n * Channels + channel) * Inner;
                ChannelUnits.Normalize(Input + offset, Output + offset, Inner, Vector512.Create((float)mean), scale, shift);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Strip(int channel)
        {
            var count = Channels - channel;
            var sum = default(WideSum);
            var sumOfSquares = default(WideSum);
            for (var n = 0; n < Batch; n++)
            {
                var value = Lanes.Load(Input + (long)n * Channels + channel, count);
                sum.Add(value);
                sumOfSquares.AddSquare(value);
            }

            var (meanLower, meanUpper) = (sum.Lower / Batch, sum.Upper / Batch);
            var varianceLower = Variances(sumOfSquares.Lower, meanLower);
            var varianceUpper = Variances(sumOfSquares.Upper, meanUpper);
            var mean = Vector512.Narrow(meanLower, meanUpper);
            var rstd = Vector512.Narrow(InverseDeviations(varianceLower), InverseDeviations(varianceUpper));
            Lanes.Store(mean, Mean + channel, count);
            Lanes.Store(Vector512.Narrow(varianceLower, varianceUpper), Variance + channel, count);
            Lanes.Store(rstd, Rstd + channel, count);

            var scale = Weight == null ? rstd : rstd * Lanes.Load(Weight + channel, count);
            var shift = Bias == null ? Vector512<float>.Zero : Lanes.Load(Bias + channel, count);
            for (var n = 0; n < Batch; n++)
            {
                var offset = (long)n * Channels + channel;
                Lanes.Store(Vector512.FusedMultiplyAdd(Lanes.Load(Input + offset, count) - mean, scale, shift), Output + offset, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector512<double> Variances(Vector512<double> sumOfSquares, Vector512<double> mean) =>
            Vector512.Max(Vector512<double>.Zero, sumOfSquares / Batch - mean * mean);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector512<double> InverseDeviations(Vector512<double> variance) =>
            Vector512<double>.One / Vector512.Sqrt(variance + Vector512.Create((double)Epsilon));
    }
}
