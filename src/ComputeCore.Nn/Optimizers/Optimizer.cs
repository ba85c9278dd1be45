using ComputeCore.Graphs;

namespace ComputeCore.Nn;

/// <summary>Parameters that are trained alike.</summary>
/// <param name="Parameters">The variables and their full names.</param>
/// <param name="WeightDecay">How strongly they are pulled toward zero.</param>
public sealed record ParameterGroup(IReadOnlyList<(string Name, Variable Variable)> Parameters, double WeightDecay = 0);

/// <summary>
/// Minimizes a loss by gradient descent. <see cref="Minimize"/> adds the whole step to the graph being traced: gradients,
/// clipping and the parameters' updates, which run in place.
/// </summary>
public abstract class Optimizer
{
    private readonly IReadOnlyList<ParameterGroup> groups;
    private readonly Variable step = new("step", TensorData.Scalar(0L));
    private readonly Variable learningRate;
    private readonly TensorData learningRateOnHost;
    private readonly List<(string Name, Variable Variable)> state = [];
    private readonly Dictionary<(string Kind, string Parameter), Variable> stateOf = [];

    private protected Optimizer(IReadOnlyList<ParameterGroup> groups, double learningRate)
    {
        this.groups = groups;
        learningRateOnHost = TensorData.Scalar((float)learningRate);
        this.learningRate = new Variable("learningRate", TensorData.Scalar((float)learningRate));
        state.Add(("step", step));
        foreach (var kind in StateKinds)
            foreach (var (name, parameter) in groups.SelectMany(group => group.Parameters))
            {
                var variable = new Variable($"{kind}.{name}", new TensorData(parameter.Type));
                stateOf[(kind, name)] = variable;
                state.Add((variable.Name, variable));
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

    /// <summary>The names of the tensors that each parameter carries along, PyTorch's where it has them.</summary>
    private protected abstract IReadOnlyList<string> StateKinds { get; }

    /// <summary>Adds one step of training to the graph being traced.</summary>
    /// <param name="loss">A floating-point scalar. While it is not finite, steps change nothing, so that the cause can be found.</param>
    /// <exception cref="ShapeException">The loss is not a floating-point scalar.</exception>
    public void Minimize(Tensor loss)
    {
        Variable[] parameters = [.. groups.SelectMany(group => group.Parameters.Select(parameter => parameter.Variable))];
        var gradients = Gradients.Of(loss, [.. parameters.Select(parameter => parameter.ToTensor())]);

        var one = Tensor.Scalar(1);
        var scale = (loss.Reshape([]) - loss.Reshape([])).EqualTo(Tensor.Scalar(0)).Where(ClippingScale(gradients), Tensor.Scalar(0));
        var next = step.ToTensor() + scale.EqualTo(Tensor.Scalar(0)).Where(Tensor.Scalar(0, ElementType.Int64), Tensor.Scalar(1, ElementType.Int64));
        step.Assign(next);

        var i = 0;
        foreach (var group in groups)
            foreach (var (name, parameter) in group.Parameters)
            {
                Variable[] moments = [.. StateKinds.Select(kind => stateOf[(kind, name)])];
                var results = Update(group, parameter, gradients[i++], [.. moments.Select(moment => moment.ToTensor())], learningRate, next, scale);
                parameter.Assign(results[0]);
                for (var m = 0; m < moments.Length; m++)
                    moments[m].Assign(results[m + 1]);
            }

        Tensor ClippingScale(Tensor[] all)
        {
            if (MaximumGradientNorm is not { } limit)
                return one;
            var norm = all.Select(gradient => gradient.SumOfSquares()).Aggregate((a, b) => a + b).Sqrt();
            // As PyTorch's clip_grad_norm_: limit / (norm + 1e-6), never above 1.
            return (Tensor.Scalar(limit) / (norm + 1e-6)).Minimum(one);
        }
    }

    /// <summary>Applies the update rule to one parameter: its new value, then its new state.</summary>
    private protected abstract IReadOnlyList<Tensor> Update(
        ParameterGroup group, Tensor parameter, Tensor gradient, Tensor[] state, Tensor learningRate, Tensor step, Tensor gradientScale);

    private protected static IReadOnlyList<ParameterGroup> OneGroup(IReadOnlyList<(string Name, Variable Variable)> parameters, double weightDecay) =>
        [new ParameterGroup(parameters, weightDecay)];
}
