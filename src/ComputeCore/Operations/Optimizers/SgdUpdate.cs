using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Optimizers;

namespace ComputeCore.Operations;

/// <summary>
/// Stochastic gradient descent as PyTorch's SGD: g += weightDecay · p; v = momentum · v + (1 − dampening) · g, but v = g in the
/// first step; p −= learningRate · v, or with Nesterov's momentum learningRate · (g + momentum · v). Without momentum there is no
/// state and p −= learningRate · g.
/// </summary>
/// <param name="Momentum">How much of the velocity stays; 0 for none.</param>
/// <param name="Dampening">How much of the gradient is left out of the velocity.</param>
/// <param name="WeightDecay">How much of the parameter is added to its gradient.</param>
/// <param name="Nesterov">Whether the step looks one velocity ahead.</param>
public sealed record SgdUpdate(double Momentum, double Dampening, double WeightDecay, bool Nesterov) : OptimizerUpdate, ISampled
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        SampleOf(new SgdUpdate(0, 0, 0, false), [3, 37], 1),
        SampleOf(new SgdUpdate(0, 0, 0.1, false), [37], 5, 0.5),
        SampleOf(new SgdUpdate(0.9, 0, 0.01, false), [3, 37], 5),
        SampleOf(new SgdUpdate(0.9, 0.25, 0, false), [3, 37], 1),
        SampleOf(new SgdUpdate(0.9, 0.25, 0, false), [3, 37], 2, 0.125),
        SampleOf(new SgdUpdate(0.9, 0, 0.01, true), [130], 7),
        SampleOf(new SgdUpdate(0.9, 0, 0.01, false), [37], 0, 0),
    ];

    /// <inheritdoc/>
    public override int StateCount => Momentum == 0 ? 0 : 1;

    private protected override double Step(double parameter, double gradient, Span<double> state, double learningRate, double step)
    {
        gradient += WeightDecay * parameter;
        if (Momentum == 0)
            return parameter - learningRate * gradient;
        state[0] = step == 1 ? gradient : Momentum * state[0] + (1 - Dampening) * gradient;
        return parameter - learningRate * (Nesterov ? gradient + Momentum * state[0] : state[0]);
    }

    private protected override unsafe void Run(CpuArguments arguments, long count, float learningRate, long step, float* gradientScale) =>
        Sgd.Run(
            arguments.Pool,
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            Momentum == 0 ? null : arguments.Input<float>(2),
            arguments.Output<float>(0),
            Momentum == 0 ? null : arguments.Output<float>(1),
            gradientScale,
            count,
            step,
            new SgdSettings(learningRate, (float)Momentum, (float)Dampening, (float)WeightDecay, Nesterov));
}
