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
internal static unsafe class BatchNormBackward
{
    /// <summary>
    /// Writes the gradients of the input (which may overwrite that of the output), weight and bias, given the mean and
    /// inverse standard deviation of the forward pass. Weight may be null; so may the gradients of weight and bias.
    /// </summary>
    public static void Run(
        WorkerPool pool,
        float* outputGradient,
        float* input,
        float* mean,
        float* rstd,
        float* weight,
        float* inputGradient,
        float* weightGradient,
        float* biasGradient,
        int batch,
        int channels,
        int inner)
    {
        var chunks = ChannelUnits.Chunks(batch, channels, inner);
        pool.For(chunks.Count, new Body
        {
            OutputGradient = outputGradient,
            Input = input,
            Mean = mean,
            Rstd = rstd,
            Weight = weight,
            InputGradient = inputGradient,
            WeightGradient = weightGradient,
            BiasGradient = biasGradient,
            Batch = batch,
            Channels = channels,
            Inner = inner,
            Chunks = chunks,
        });
    }

    private struct Body : IParallelBody
    {
        public float* OutputGradient;
        public float* Input;
        public float* Mean;
        public float* Rstd;
        public float* Weight;
        public float* InputGradient;
        public float* WeightGradient;
        public float* BiasGradient;
        public int Batch;
        public int Channels;
        public int Inner;
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
            var mean = Vector512.Create(Mean[channel]);
            var sumG = default(WideSum);
            var sumGX = default(WideSum);
            for (var n = 0; n < Batch; n++)
            {
                var offset = ((long)n * Channels + channel) * Inner;
                var dy = OutputGradient + offset;
                var x = Input + offset;
                var i = 0;
                for (; i <= Inner - Lanes.Width; i += Lanes.Width)
                {
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
            for (var n = 0; n < Batch; n++)
            {
                var offset = ((long)n * Channels + channel) * Inner;
                var dy = OutputGradient + offset;
                var x = Input + offset;
                var dx = InputGradient + offset;
                var i = 0;
                for (; i <= Inner - Lanes.Width; i += Lanes.Width)
                    Gradient(Vector512.Load(dy + i), Vector512.Load(x + i), mean, meanG, slope, scale).Store(dx + i);
                if (i < Inner)
                {
                    var left = Inner - i;
                    Lanes.Store(Gradient(Lanes.Load(dy + i, left), Lanes.Load(x + i, left), mean, meanG, slope, scale), dx + i, left);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Strip(int channel)
        {
            var count = Channels - channel;
            var mean = Lanes.Load(Mean + channel, count);
            var rstd = Lanes.Load(Rstd + channel, count);
            var sumG = default(WideSum);
            var sumGX = default(WideSum);
            for (var n = 0; n < Batch; n++)
            {
                var offset = (long)n * Channels + channel;
                var gradient = Lanes.Load(OutputGradient + offset, count);
                sumG.Add(gradient);
                sumGX.Add(gradient * (Lanes.Load(Input + offset, count) - mean));
            }

            var (rstdLower, rstdUpper) = Vector512.Widen(rstd);
            if (BiasGradient != null)
                Lanes.Store(Vector512.Narrow(sumG.Lower, sumG.Upper), BiasGradient + channel, count);
            if (WeightGradient != null)
                Lanes.Store(Vector512.Narrow(rstdLower * sumGX.Lower, rstdUpper * sumGX.Upper), WeightGradient + channel, count);

            var meanG = Vector512.Narrow(sumG.Lower / Batch, sumG.Upper / Batch);
            var slope = Vector512.Narrow(rstdLower * rstdLower * sumGX.Lower / Batch, rstdUpper * rstdUpper * sumGX.Upper / Batch);
            var scale = Weight == null ? rstd : rstd * Lanes.Load(Weight + channel, count);
            for (var n = 0; n < Batch; n++)
            {
                var offset = (long)n * Channels + channel;
                var dx = Gradient(Lanes.Load(OutputGradient + offset, count), Lanes.Load(Input + offset, count), mean, meanG, slope, scale);
                Lanes.Store(dx, InputGradient + offset, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Gradient(
            Vector512<float> dy, Vector512<float> x, Vector512<float> mean, Vector512<float> meanG, Vector512<float> slope, Vector512<float> scale) =>
            scale * Vector512.FusedMultiplyAdd(mean - x, slope, dy - meanG);
    }
}
