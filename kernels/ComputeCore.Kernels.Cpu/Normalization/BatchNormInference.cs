// Batch normalization of [N, C, inner] with given statistics, as in inference: y = (x - mean) / sqrt(variance + ε) w + b.
// 8 bytes and 3 FLOPs an element.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Batch normalization with running statistics.</summary>
internal static unsafe class BatchNormInference
{
    /// <summary>Normalizes with the given mean and variance, [C] each. Weight and bias [C] may be null; output may be input.</summary>
    public static void Run(
        WorkerPool pool,
        float* input,
        float* weight,
        float* bias,
        float* mean,
        float* variance,
        float* output,
        int batch,
        int channels,
        int inner,
        float epsilon)
    {
        var chunks = inner == 1 ? ChannelUnits.Chunks(batch, channels, 1) : new Chunks((long)batch * channels, inner);
        pool.For(chunks.Count, new Body
        {
            Input = input,
            Weight = weight,
            Bias = bias,
            Mean = mean,
            Variance = variance,
            Output = output,
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
        public float* Mean;
        public float* Variance;
        public float* Output;
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
                    Segment(unit);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Segment(long segment)
        {
            var channel = segment % Channels;
            var rstd = 1 / MathF.Sqrt(Variance[channel] + Epsilon);
            ChannelUnits.Normalize(
                Input + segment * Inner,
                Output + segment * Inner,
                Inner,
                Vector512.Create(Mean[channel]),
                Vector512.Create(Weight == null ? rstd : rstd * Weight[channel]),
                Vector512.Create(Bias == null ? 0 : Bias[channel]));
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Strip(int channel)
        {
            var count = Channels - channel;
            var mean = Lanes.Load(Mean + channel, count);
            var rstd = Vector512<float>.One / Vector512.Sqrt(Lanes.Load(Variance + channel, count) + Vector512.Create(Epsilon));
            var scale = Weight == null ? rstd : rstd * Lanes.Load(Weight + channel, count);
            var shift = Bias == null ? Vector512<float>.Zero : Lanes.Load(Bias + channel, count);
            for (var n = 0; n < Batch; n++)
            {
                var offset = (long)n * Channels + channel;
                Lanes.Store(Vector512.FusedMultiplyAdd(Lanes.Load(Input + offset, count) - mean, scale, shift), Output + offset, count);
            }
        }
    }
}
