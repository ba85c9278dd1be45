using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Optimizers;

namespace ComputeCore.Operations;

/// <summary>
/// Adam (Kingma, Ba, 2015) and, with decoupled weight decay, AdamW (Loshchilov, Hutter, 2019), as PyTorch's: the state is
/// m = β₁ m + (1 − β₁) g and v = β₂ v + (1 − β₂) g², and in step t
/// p −= learningRate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε). Weight decay is added to g, or decoupled taken from p beforehand:
/// p −= learningRate · weightDecay · p.
/// </summary>
/// <param name="Beta1">β₁, how much of the mean gradient stays.</param>
/// <param name="Beta2">β₂, how much of the mean square stays.</param>
/// <param name="Epsilon">ε, added to the root.</param>
/// <param name="WeightDecay">How much of the parameter decays.</param>
/// <param name="DecoupledWeightDecay">Whether weight decay does not go through the gradient: AdamW.</param>
public sealed record AdamUpdate(double Beta1, double Beta2, double Epsilon, double WeightDecay, bool DecoupledWeightDecay) : OptimizerUpdate, ISampled
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        SampleOf(new AdamUpdate(0.9, 0.999, 1e-8, 0, false), [3, 37], 1),
        SampleOf(new AdamUpdate(0.9, 0.999, 1e-8, 0.01, false), [130], 1000, 0.5),
        SampleOf(new AdamUpdate(0.8, 0.95, 1e-6, 0.1, true), [3, 37], 12),
    ];

    /// <inheritdoc/>
    public override int StateCount => 2;

    private protected override double Step(double parameter, double gradient, Span<double> state, double learningRate, double step)
    {
        if (DecoupledWeightDecay)
            parameter -= learningRate * WeightDecay * parameter;
        else
            gradient += WeightDecay * parameter;
        state[0] = Beta1 * state[0] + (1 - Beta1) * gradient;
        state[1] = Beta2 * state[1] + (1 - Beta2) * gradient * gradient;
        var root = Math.Sqrt(state[1]) / Math.Sqrt(1 - Math.Pow(Beta2, step)) + Epsilon;
        return parameter - learningRate / (1 - Math.Pow(Beta1, step)) * state[0] / root;
    }

    private protected override unsafe void Run(CpuArguments arguments, long count, float learningRate, long step, float* gradientScale) =>
        Adam.Run(
            arguments.Pool,
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            arguments.Input<float>(2),
            arguments.Input<float>(3),
            arguments.Output<float>(0),
            arguments.Output<float>(1),
            arguments.Output<float>(2),
            gradientScale,
            count,
            step,
            new AdamSettings(learningRate, Beta1, Beta2, Epsilon, WeightDecay, DecoupledWeightDecay));
}
