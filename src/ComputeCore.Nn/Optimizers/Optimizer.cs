using ComputeCore.Operations;

namespace ComputeCore.Nn;

/// <summary>Parameters that are trained alike.</summary>
/// <param name="Parameters">The variables and their full names.</param>
/// <param name="WeightDecay">How strongly they are pulled toward zero.</param>
public sealed record ParameterGroup(IReadOnlyList<(string Name, Variable Variable)> Parameters, double WeightDecay = 0);

/// <summary>
/// Minimizes a loss by gradient descent. <see cref="Minimize(Tensor)"/> adds the whole step to the graph being traced: gradients,
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
    private GradientSums? sums;

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
            stateOf[parameter] = [.. stateNames.Select(kind => new Variable($"{kind}.{name}", InitialValue.Zeros(parameter.Type)))];
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
        foreach (var sum in sums?.All ?? [])
            sum.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds one step of training to the graph being traced.</summary>
    /// <param name="loss">A floating-point scalar. While it is not finite, steps change nothing, so that the cause can be found.</param>
    /// <exception cref="ShapeException">The loss is not a floating-point scalar.</exception>
    public void Minimize(Tensor loss) => Minimize(loss, Tensor.Scalar(1));

    /// <summary>Adds one step of training on a mean to the graph being traced: the gradients are those of lossSum / count.</summary>
    /// <param name="lossSum">A floating-point scalar. While it is not finite, steps change nothing, so that the cause can be found.</param>
    /// <param name="count">How many losses it sums, an f32 scalar; a step on none changes nothing.</param>
    /// <exception cref="ShapeException">The loss is not a floating-point scalar.</exception>
    public void Minimize(Tensor lossSum, Tensor count) => Apply(GradientsOf(lossSum), lossSum, count);

    /// <summary>
    /// Adds a part of a step to the graph being traced: its gradients are added up, and <see cref="ApplyAccumulated"/> makes one
    /// step of all parts. Divided by the count of all of them, they are the gradients of one large batch.
    /// </summary>
    /// <param name="lossSum">A floating-point scalar: the sum of the part's losses.</param>
    /// <param name="count">How many losses it sums, an f32 scalar.</param>
    /// <exception cref="ShapeException">The loss is not a floating-point scalar.</exception>
    public void Accumulate(Tensor lossSum, Tensor count)
    {
        var (gradients, sums) = (GradientsOf(lossSum), Sums);
        for (var i = 0; i < gradients.Length; i++)
            sums.Gradients[i].Assign(sums.Gradients[i] + gradients[i]);
        sums.Loss.Assign(sums.Loss + lossSum.Reshape([]));
        sums.Count.Assign(sums.Count + count);
    }

    /// <summary>Adds to the graph being traced the step that the parts since the last one make.</summary>
    public void ApplyAccumulated()
    {
        var sums = Sums;
        Apply([.. sums.Gradients.Select(sum => sum.ToTensor())], sums.Loss, sums.Count);
        foreach (var sum in sums.All)
            sum.Assign(Tensor.Full(sum.Shape, 0));
    }

    /// <summary>The update rule for the parameters of a group.</summary>
    private protected abstract OptimizerUpdate UpdateOf(ParameterGroup group);

    /// <summary>All parameters as one group.</summary>
    private protected static IReadOnlyList<ParameterGroup> OneGroup(IReadOnlyList<(string Name, Variable Variable)> parameters, double weightDecay) =>
        [new ParameterGroup(parameters, weightDecay)];

    private IEnumerable<Variable> Variables => groups.SelectMany(group => group.Parameters).Select(parameter => parameter.Variable);

    // Between two steps they are zero, so a checkpoint does without them.
    private GradientSums Sums => sums ??= new GradientSums(
        [.. Variables.Select(parameter => new Variable($"gradient.{parameter.Name}", InitialValue.Zeros(parameter.Type)))],
        new Variable("lossSum", TensorData.Scalar(0f)),
        new Variable("count", TensorData.Scalar(0f)));

    private Tensor[] GradientsOf(Tensor loss) => loss.Gradients([.. Variables.Select(parameter => parameter.ToTensor())]);

    private void Apply(Tensor[] gradients, Tensor lossSum, Tensor count)
    {
        // A scale of 0 makes an update leave everything as it was.
        var isFinite = (lossSum - lossSum).Reshape([]).EqualTo(0);
        var isGood = isFinite & (count > Tensor.Scalar(0));
        var scale = isGood.Where(GradientScale(gradients, count), Tensor.Scalar(0));
        var next = step.ToTensor() + isGood.Cast(ElementType.Int64);
        step.Assign(next);
        var index = 0;
        foreach (var group in groups)
            foreach (var (_, variable) in group.Parameters)
                UpdateOf(group).Apply(variable, gradients[index++], stateOf[variable], learningRate, next, scale);
    }

    // As PyTorch's clip_grad_norm_ for the gradients of the mean: limit / (norm + 1e-6), never above 1.
    private Tensor GradientScale(Tensor[] gradients, Tensor count)
    {
        var mean = count.Reciprocal();
        if (MaximumGradientNorm is not { } limit)
            return mean;
        var norm = gradients.Select(gradient => gradient.SumOfSquares()).Aggregate((a, b) => a + b).Sqrt() * mean;
        return (Tensor.Scalar(limit) / (norm + 1e-6)).Minimum(Tensor.Scalar(1)) * mean;
    }

    private sealed record GradientSums(Variable[] Gradients, Variable Loss, Variable Count)
    {
        public IEnumerable<Variable> All => [.. Gradients, Loss, Count];
    }
}
