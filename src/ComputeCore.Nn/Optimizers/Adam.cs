using ComputeCore.Operations;

namespace ComputeCore.Nn;

/// <summary>Adam (Kingma and Ba, 2015), as PyTorch's: weight decay, if any, is added to the gradient.</summary>
public sealed class Adam : Optimizer
{
    /// <summary>Makes the optimizer for groups of parameters.</summary>
    /// <param name="groups">What is trained, with the weight decay of each group.</param>
    /// <param name="learningRate">The learning rate.</param>
    public Adam(IReadOnlyList<ParameterGroup> groups, double learningRate = 1e-3)
        : base(groups, learningRate, ["exp_avg", "exp_avg_sq"])
    {
    }

    /// <summary>Makes the optimizer for parameters that are all trained alike.</summary>
    public Adam(IReadOnlyList<(string Name, Variable Variable)> parameters, double learningRate = 1e-3, double weightDecay = 0)
        : this(OneGroup(parameters, weightDecay), learningRate)
    {
    }

    /// <summary>How much of the mean gradient and of the mean square stays from step to step.</summary>
    public (double First, double Second) Betas { get; init; } = (0.9, 0.999);

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    private protected override OptimizerUpdate UpdateOf(ParameterGroup group) =>
        new AdamUpdate(Betas.First, Betas.Second, Epsilon, group.WeightDecay, DecoupledWeightDecay: false);
}

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as PyTorch's <c>AdamW</c>: parameters shrink by learning
/// rate · decay in each step, whatever their gradients.
/// </summary>
public sealed class AdamW : Optimizer
{
    /// <summary>Makes the optimizer for groups of parameters.</summary>
    /// <param name="groups">What is trained, with the weight decay of each group.</param>
    /// <param name="learningRate">The learning rate.</param>
    public AdamW(IReadOnlyList<ParameterGroup> groups, double learningRate = 1e-3)
        : base(groups, learningRate, ["exp_avg", "exp_avg_sq"])
    {
    }

    /// <summary>Makes the optimizer for parameters that are all trained alike.</summary>
    public AdamW(IReadOnlyList<(string Name, Variable Variable)> parameters, double learningRate = 1e-3, double weightDecay = 0.01)
        : this(OneGroup(parameters, weightDecay), learningRate)
    {
    }

    /// <summary>How much of the mean gradient and of the mean square stays from step to step.</summary>
    public (double First, double Second) Betas { get; init; } = (0.9, 0.999);

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// The usual two groups: matrices and kernels decay, vectors (biases and normalizations' weights) do not, nor what is exempt.
    /// </summary>
    /// <param name="parameters">A model's parameters.</param>
    /// <param name="weightDecay">The decay of the first group.</param>
    /// <param name="exempt">Matrices that do not decay, such as embeddings.</param>
    public static IReadOnlyList<ParameterGroup> DecayGroups(
        IReadOnlyList<(string Name, Variable Variable)> parameters, double weightDecay, IReadOnlySet<Variable>? exempt = null)
    {
        return [new([.. parameters.Where(Decays)], weightDecay), new([.. parameters.Where(parameter => !Decays(parameter))])];

        bool Decays((string Name, Variable Variable) parameter) => parameter.Variable.Shape.Rank >= 2 && exempt?.Contains(parameter.Variable) != true;
    }

    private protected override OptimizerUpdate UpdateOf(ParameterGroup group) =>
        new AdamUpdate(Betas.First, Betas.Second, Epsilon, group.WeightDecay, DecoupledWeightDecay: true);
}
