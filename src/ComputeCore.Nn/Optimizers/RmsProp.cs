using ComputeCore.Operations;

namespace ComputeCore.Nn;

/// <summary>RMSProp (Tieleman and Hinton, 2012), as PyTorch's.</summary>
public sealed class RmsProp : Optimizer
{
    private readonly double momentum;
    private readonly bool centered;

    /// <summary>Makes the optimizer for groups of parameters.</summary>
    /// <param name="groups">What is trained, with the weight decay of each group.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="momentum">How much of the last update stays; 0 for none.</param>
    /// <param name="centered">Whether the gradient's variance stands for its mean square.</param>
    public RmsProp(IReadOnlyList<ParameterGroup> groups, double learningRate = 1e-2, double momentum = 0, bool centered = false)
        : base(groups, learningRate, StateNames(momentum != 0, centered))
    {
        this.momentum = momentum;
        this.centered = centered;
    }

    /// <summary>Makes the optimizer for parameters that are all trained alike.</summary>
    /// <inheritdoc cref="RmsProp(IReadOnlyList{ParameterGroup}, double, double, bool)"/>
    public RmsProp(IReadOnlyList<(string Name, Variable Variable)> parameters, double learningRate = 1e-2, double momentum = 0, bool centered = false, double weightDecay = 0)
        : this(OneGroup(parameters, weightDecay), learningRate, momentum, centered)
    {
    }

    /// <summary>How much of the mean square stays from step to step.</summary>
    public double Alpha { get; init; } = 0.99;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    private static List<string> StateNames(bool hasMomentum, bool isCentered)
    {
        List<string> names = ["square_avg"];
        if (hasMomentum)
            names.Add("momentum_buffer");
        if (isCentered)
            names.Add("grad_avg");
        return names;
    }

    private protected override OptimizerUpdate UpdateOf(ParameterGroup group) => new RmsPropUpdate(Alpha, Epsilon, group.WeightDecay, momentum, centered);
}
