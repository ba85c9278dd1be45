using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Optimizers;

namespace ComputeCore.Operations;

/// <summary>
/// RMSProp (Tieleman, Hinton, 2012) as PyTorch's: the state's v = α v + (1 − α) g²; centered, also a = α a + (1 − α) g; then
/// u = g / (√v + ε), centered g / (√(v − a²) + ε); p −= learningRate · u, or with momentum b = momentum · b + u and
/// p −= learningRate · b. The state's order is v, b, a.
/// </summary>
/// <param name="Alpha">α, how much of the mean square stays.</param>
/// <param name="Epsilon">ε, added to the root.</param>
/// <param name="WeightDecay">How much of the parameter is added to its gradient.</param>
/// <param name="Momentum">How much of the last update stays; 0 for none.</param>
/// <param name="Centered">Whether the gradient's variance stands for its mean square.</param>
public sealed record RmsPropUpdate(double Alpha, double Epsilon, double WeightDecay, double Momentum, bool Centered) : OptimizerUpdate, ISampled
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        SampleOf(new RmsPropUpdate(0.99, 1e-8, 0, 0, false), [3, 37], 1),
        SampleOf(new RmsPropUpdate(0.9, 1e-6, 0.01, 0.9, false), [130], 3, 0.5),
        SampleOf(new RmsPropUpdate(0.9, 1e-8, 0, 0, true), [37], 3),
        SampleOf(new RmsPropUpdate(0.9, 1e-8, 0.1, 0.5, true), [3, 37], 3),
    ];

    /// <inheritdoc/>
    public override int StateCount => 1 + (Momentum == 0 ? 0 : 1) + (Centered ? 1 : 0);

    private protected override double Step(double parameter, double gradient, Span<double> state, double learningRate, double step)
    {
        gradient += WeightDecay * parameter;
        state[0] = Alpha * state[0] + (1 - Alpha) * gradient * gradient;
        var square = state[0];
        if (Centered)
        {
            state[^1] = Alpha * state[^1] + (1 - Alpha) * gradient;
            square = Math.Max(0, square - state[^1] * state[^1]);
        }

        var update = gradient / (Math.Sqrt(square) + Epsilon);
        if (Momentum != 0)
            update = state[1] = Momentum * state[1] + update;
        return parameter - learningRate * update;
    }

    private protected override unsafe void Run(CpuArguments arguments, long count, float learningRate, long step, float* gradientScale)
    {
        var state = new RmsPropState { SquareAverage = arguments.Input<float>(2) };
        var stateOut = new RmsPropState { SquareAverage = arguments.Output<float>(1) };
        if (Momentum != 0)
        {
            state.MomentumBuffer = arguments.Input<float>(3);
            stateOut.MomentumBuffer = arguments.Output<float>(2);
        }

        if (Centered)
        {
            state.GradientAverage = arguments.Input<float>(1 + StateCount);
            stateOut.GradientAverage = arguments.Output<float>(StateCount);
        }

        RmsProp.Run(
            arguments.Pool,
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            state,
            arguments.Output<float>(0),
            stateOut,
            gradientScale,
            count,
            new RmsPropSettings(learningRate, (float)Alpha, (float)Epsilon, (float)WeightDecay, (float)Momentum, Centered));
    }
}
