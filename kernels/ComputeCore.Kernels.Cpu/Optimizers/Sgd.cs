// Stochastic gradient descent with momentum, as torch.optim.SGD:
//   g = gradient · scale + weightDecay p
//   b = g at the first step, momentum b + (1 - dampening) g afterwards
//   p = p - learningRate · (g + momentum b with Nesterov, else b; g without momentum)
// 12 bytes an element, 20 with momentum.
using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Optimizers;

/// <summary>The hyperparameters of SGD, named as in PyTorch.</summary>
internal readonly record struct SgdSettings(float LearningRate, float Momentum, float Dampening, float WeightDecay, bool Nesterov);

/// <summary>The update of stochastic gradient descent.</summary>
internal static unsafe class Sgd
{
    /// <summary>
    /// One step; outputs may be the inputs. The buffers are null without momentum; at the first step (step = 1) the buffer
    /// is only written. gradientScale points at one factor for all gradients (clipping), or is null.
    /// </summary>
    public static void Run(
        WorkerPool pool,
        float* parameter,
        float* gradient,
        float* buffer,
        float* parameterOut,
        float* bufferOut,
        float* gradientScale,
        long count,
        long step,
        in SgdSettings settings) =>
        UpdateLoop.Run(
            pool,
            new Update
            {
                Parameter = parameter,
                Gradient = gradient,
                Buffer = buffer,
                ParameterOut = parameterOut,
                BufferOut = bufferOut,
                GradientScale = gradientScale == null ? 1 : *gradientScale,
                IsFirstStep = step == 1,
                Settings = settings,
            },
            count);

    private struct Update : IUpdate
    {
        public float* Parameter;
        public float* Gradient;
        public float* Buffer;
        public float* ParameterOut;
        public float* BufferOut;
        public float GradientScale;
        public bool IsFirstStep;
        public SgdSettings Settings;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Run<TAccess>(long offset, TAccess access)
            where TAccess : struct, IVectorAccess
        {
            var p = access.Load(Parameter + offset);
            var g = access.Load(Gradient + offset) * GradientScale + p * Settings.WeightDecay;
            if (Settings.Momentum != 0)
            {
                var b = IsFirstStep ? g : access.Load(Buffer + offset) * Settings.Momentum + g * (1 - Settings.Dampening);
                access.Store(b, BufferOut + offset);
                g = Settings.Nesterov ? g + b * Settings.Momentum : b;
            }

            access.Store(p - g * Settings.LearningRate, ParameterOut + offset);
        }
    }
}
