// Adam (Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015) and AdamW (Loshchilov, Hutter, "Decoupled Weight
// Decay Regularization", 2019), as torch.optim.Adam and AdamW:
//   Adam:   g = gradient · scale + weightDecay p              AdamW:  g = gradient · scale,  p = p (1 - learningRate weightDecay)
//   m = m + (1 - β1) (g - m),   v = β2 v + (1 - β2) g²
//   p = p - learningRate / (1 - β1^step) · m / (sqrt(v) / sqrt(1 - β2^step) + ε)
// 28 bytes an element; two divisions and a square root hide behind them.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Optimizers;

/// <summary>The hyperparameters of Adam (weight decay added to the gradient) or AdamW (weight decay decoupled from it).</summary>
internal readonly record struct AdamSettings(double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, bool DecoupledWeightDecay);

/// <summary>The update of Adam and AdamW.</summary>
internal static unsafe class Adam
{
    /// <summary>
    /// Step number <paramref name="step"/>, counted from 1; outputs may be the inputs. The moments start as zeros.
    /// gradientScale points at one factor for all gradients (clipping), or is null.
    /// </summary>
    public static void Run(
        WorkerPool pool,
        float* parameter,
        float* gradient,
        float* firstMoment,
        float* secondMoment,
        float* parameterOut,
        float* firstMomentOut,
        float* secondMomentOut,
        float* gradientScale,
        long count,
        long step,
        in AdamSettings settings) =>
        UpdateLoop.Run(
            pool,
            new Update
            {
                Parameter = parameter,
                Gradient = gradient,
                FirstMoment = firstMoment,
                SecondMoment = secondMoment,
                ParameterOut = parameterOut,
                FirstMomentOut = firstMomentOut,
                SecondMomentOut = secondMomentOut,
                GradientScale = gradientScale == null ? 1 : *gradientScale,
                GradientDecay = settings.DecoupledWeightDecay ? 0 : (float)settings.WeightDecay,
                Shrink = settings.DecoupledWeightDecay ? (float)(1 - settings.LearningRate * settings.WeightDecay) : 1,
                OneMinusBeta1 = (float)(1 - settings.Beta1),
                Beta2 = (float)settings.Beta2,
                OneMinusBeta2 = (float)(1 - settings.Beta2),
                StepSize = (float)(settings.LearningRate / (1 - Math.Pow(settings.Beta1, step))),
                SqrtCorrection2 = (float)Math.Sqrt(1 - Math.Pow(settings.Beta2, step)),
                Epsilon = (float)settings.Epsilon,
            },
            count);

    private struct Update : IUpdate
    {
        public float* Parameter;
        public float* Gradient;
        public float* FirstMoment;
        public float* SecondMoment;
        public float* ParameterOut;
        public float* FirstMomentOut;
        public float* SecondMomentOut;
        public float GradientScale;
        public float GradientDecay;
        public float Shrink;
        public float OneMinusBeta1;
        public float Beta2;
        public float OneMinusBeta2;
        public float StepSize;
        public float SqrtCorrection2;
        public float Epsilon;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Run<TAccess>(long offset, TAccess access)
            where TAccess : struct, IVectorAccess
        {
            var p = access.Load(Parameter + offset);
            var m = access.Load(FirstMoment + offset);
            var v = access.Load(SecondMoment + offset);
            var g = access.Load(Gradient + offset) * GradientScale + p * GradientDecay;
            m += (g - m) * OneMinusBeta1;
            v = v * Beta2 + g * g * OneMinusBeta2;
            var deviation = Vector512.Sqrt(v) / SqrtCorrection2 + Vector512.Create(Epsilon);
            access.Store(m, FirstMomentOut + offset);
            access.Store(v, SecondMomentOut + offset);
            access.Store(p * Shrink - m / deviation * StepSize, ParameterOut + offset);
        }
    }
}
