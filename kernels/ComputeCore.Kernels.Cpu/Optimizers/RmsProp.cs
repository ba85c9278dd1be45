// RMSprop (Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012; centered: Graves, "Generating Sequences With
// Recurrent Neural Networks", 2013), as torch.optim.RMSprop:
//   g = gradient · scale + weightDecay p,   s = α s + (1 - α) g²
//   centered:  a = a + (1 - α) (g - a),  d = sqrt(s - a²) + ε        else:  d = sqrt(s) + ε
//   momentum:  b = momentum b + g / d,   p = p - learningRate b      else:  p = p - learningRate g / d
// 20 bytes an element, 8 more for each of a and b.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Optimizers;

/// <summary>The hyperparameters of RMSprop, named as in PyTorch.</summary>
internal readonly record struct RmsPropSettings(float LearningRate, float Alpha, float Epsilon, float WeightDecay, float Momentum, bool Centered);

/// <summary>What RMSprop remembers of each parameter. All start as zeros.</summary>
internal unsafe struct RmsPropState
{
    /// <summary>s, the running mean of squared gradients.</summary>
    public float* SquareAverage;

    /// <summary>a, the running mean of gradients; null unless centered.</summary>
    public float* GradientAverage;

    /// <summary>b, the momentum buffer; null without momentum.</summary>
    public float* MomentumBuffer;
}

/// <summary>The update of RMSprop.</summary>
internal static unsafe class RmsProp
{
    /// <summary>One step; outputs may be the inputs. gradientScale points at one factor for all gradients (clipping), or is null.</summary>
    public static void Run(
        WorkerPool pool,
        float* parameter,
        float* gradient,
        in RmsPropState state,
        float* parameterOut,
        in RmsPropState stateOut,
        float* gradientScale,
        long count,
        in RmsPropSettings settings) =>
        UpdateLoop.Run(
            pool,
            new Update
            {
                Parameter = parameter,
                Gradient = gradient,
                State = state,
                ParameterOut = parameterOut,
                StateOut = stateOut,
                GradientScale = gradientScale == null ? 1 : *gradientScale,
                Settings = settings,
            },
            count);

    private struct Update : IUpdate
    {
        public float* Parameter;
        public float* Gradient;
        public RmsPropState State;
        public float* ParameterOut;
        public RmsPropState StateOut;
        public float GradientScale;
        public RmsPropSettings Settings;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Run<TAccess>(long offset, TAccess access)
            where TAccess : struct, IVectorAccess
        {
            var p = access.Load(Parameter + offset);
            var g = access.Load(Gradient + offset) * GradientScale + p * Settings.WeightDecay;
            var s = access.Load(State.SquareAverage + offset) * Settings.Alpha + g * g * (1 - Settings.Alpha);
            access.Store(s, StateOut.SquareAverage + offset);
            if (Settings.Centered)
            {
                // s ≥ a² but for rounding, which must not become NaN.
                var a = access.Load(State.GradientAverage + offset);
                a += (g - a) * (1 - Settings.Alpha);
                access.Store(a, StateOut.GradientAverage + offset);
                s = Vector512.Max(Vector512<float>.Zero, s - a * a);
            }

            var update = g / (Vector512.Sqrt(s) + Vector512.Create(Settings.Epsilon));
            if (Settings.Momentum != 0)
            {
                update += access.Load(State.MomentumBuffer + offset) * Settings.Momentum;
                access.Store(update, StateOut.MomentumBuffer + offset);
            }

            access.Store(p - update * Settings.LearningRate, ParameterOut + offset);
        }
    }
}
