using ComputeCore.Operations;

namespace ComputeCore.Nn;

/// <summary>Stochastic gradient descent, with momentum if wanted, as PyTorch's <c>SGD</c>.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double momentum;

    /// <summary>Makes the optimizer for groups of parameters.</summary>
    /// <param name="groups">What is trained, with the weight decay of each group.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="momentum">How much of the velocity stays from step to step; 0 for none.</param>
    public Sgd(IReadOnlyList<ParameterGroup> groups, double learningRate = 1e-3, double momentum = 0)
        : base(groups, learningRate, momentum == 0 ? [] : ["momentum_buffer"]) => this.momentum = momentum;

    /// <summary>Makes the optimizer for parameters that are all trained alike.</summary>
    /// <inheritdoc cref="Sgd(IReadOnlyList{ParameterGroup}, double, double)"/>
    public Sgd(IReadOnlyList<(string Name, Variable Variable)> parameters, double learningRate = 1e-3, double momentum = 0, double weightDecay = 0)
        : this(OneGroup(parameters, weightDecay), learningRate, momentum)
    {
    }

    /// <summary>Whether the step looks one velocity ahead.</summary>
    public bool Nesterov { get; init; }

    /// <summary>How much of the gradient is left out of the velocity.</summary>
    public double Dampening { get; init; }

    private protected override OptimizerUpdate UpdateOf(ParameterGroup group) => new SgdUpdate(momentum, Dampening, group.WeightDecay, Nesterov);
}
