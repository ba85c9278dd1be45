using ComputeCore.Operations;

namespace ComputeCore.Nn;

/// <summary>Parameters that are trained alike.</summary>
/// <param name="Parameters">The variables and their full names.</param>
/// <param name="WeightDecay">How strongly they are pulled toward zero.</param>
public sealed record ParameterGroup(IReadOnlyList<(string Name, Variable Variable)> Parameters, double WeightDecay = 0);

/// <summary>
/// Minimizes a loss by gradient descent. <see cref="Minimize"/> adds the whole step to the graph being traced: gradients,
/// clipping and the parameters' updates, which run in place.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly IReadOnlyList<ParameterGroup> groups;
    private readonly Variable step = new("step", TensorData.Scalar(0L));
    private readonly Variable learningRate;
    private readonly TensorData learningRateOnHost;
    private readonly List<(string Name, Variable Variable)> state = [];
    private readonly Dictionary<Variable, Variable[]> stateOf = [];

    /// <param name="groups">What is trained.</param>
    /// <param name="learningRate">The first learning rate.</param>
    /// <param name="stateNames">The names of the tensors that each parameter carries along, PyTorch's where it has them.</param>
    private protected Optimizer(IReadOnlyList<ParameterGroup> groups, double learningRate, IReadOnlyList<string> stateNames)
    {
        this.groups = groups;
        learningRateOnHost = TensorData.Scalar((float)learningRate);
        this.learningRate = new Variable("learningRate", TensorData.Scalar((float)learningRate));
        state.Add((step.Name, step));
        foreach (var (name, parameter) in groups.SelectMany(group => group.Parameters))
        {
            stateOf[parameter] = [.. stateNames.Select(kind => new Variable($"{kind}.{name}", new TensorData(parameter.Type)))];
            state.AddRange(stateOf[parameter].Select(variable => (variable.Name, variable)));
        }
    }

    /// <summary>The learning rate; set it between two steps.</summary>
    public double LearningRate
    {
        get => learningRateOnHost.Item<float>();
        set
        {
            learningRateOnHost.AsSpan<float>()[0] = (float)value;
            learningRate.Write(learningRateOnHost);
        }
    }

    /// <summary>
    /// The largest norm that all gradients together may have; longer ones are scaled down to it. Null for no limit.
    /// </summary>
    public double? MaximumGradientNorm { get; init; }

    /// <summary>The variables that must be saved for training to go on bit-identically: step number and moments.</summary>
    public IReadOnlyList<(string Name, Variable Variable)> State => state;

    /// <summary>Releases the optimizer's state; the parameters stay.</summary>
    public void Dispose()
    {
        foreach (var (_, variable) in state)
            variable.Dispose();
        learningRate.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds one step of training to the graph being traced.</summary>
    /// <param name="loss">A floating-point scalar. While it is not finite, steps change nothing, so that the cause can be found.</param>
    /// <exception cref="ShapeException">The loss is not a floating-point scalar.</exception>
    public void Minimize(Tensor loss)
    {
        (ParameterGroup Group, Variable Variable)[] parameters =
            [.. groups.SelectMany(group => group.Parameters.Select(parameter => (group, parameter.Variable)))];
        var gradients = loss.Gradients([.. parameters.Select(parameter => parameter.Variable.ToTensor())]);

        // A scale of 0 makes an update leave everything as it was.
        var difference = loss.Reshape([]) - loss.Reshape([]);
        var isFinite = difference.EqualTo(Tensor.Scalar(0));
        var scale = isFinite.Where(ClippingScale(gradients), Tensor.Scalar(0));
        var next = step.ToTensor() + isFinite.Cast(ElementType.Int64);
        step.Assign(next);
        for (var i = 0; i < parameters.Length; i++)
        {
            var (group, variable) = parameters[i];
            UpdateOf(group).Apply(variable, gradients[i], stateOf[variable], learningRate, next, scale);
        }
    }

    /// <summary>The update rule for the parameters of a group.</summary>
    private protected abstract OptimizerUpdate UpdateOf(ParameterGroup group);

    /// <summary>All parameters as one group.</summary>
    private protected static IReadOnlyList<ParameterGroup> OneGroup(IReadOnlyList<(string Name, Variable Variable)> parameters, double weightDecay) =>
        [new ParameterGroup(parameters, weightDecay)];

    // As PyTorch's clip_grad_norm_: limit / (norm + 1e-6), never above 1.
    private Tensor ClippingScale(Tensor[] gradients)
    {
        var one = Tensor.Scalar(1);
        if (MaximumGradientNorm is not { } limit)
            return one;
        var norm = gradients.Select(gradient => gradient.SumOfSquares()).Aggregate((a, b) => a + b).Sqrt();
        return (Tensor.Scalar(limit) / (norm + 1e-6)).Minimum(one);
    }
}
