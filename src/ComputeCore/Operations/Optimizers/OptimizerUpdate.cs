using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>
/// One step of an optimizer on one parameter, element by element. Inputs: the parameter, its gradient, the optimizer's state
/// tensors, the learning rate (f32 scalar), the number of this step counted from 1 (i64 scalar), and a factor for the gradient
/// (f32 scalar; below 1 where gradients are clipped, and 0 to leave everything as it is, whatever the gradient holds). Results: the new parameter and the new state, which the memory plan puts
/// in the old ones' place.
/// </summary>
public abstract record OptimizerUpdate : Operation, ICpuOperation
{
    /// <summary>How many tensors of the parameter's type the optimizer keeps from step to step; all begin at zero.</summary>
    public abstract int StateCount { get; }

    /// <summary>Makes the graph that is being traced update a parameter and the optimizer's state in each run.</summary>
    /// <param name="parameter">What is optimized.</param>
    /// <param name="gradient">The loss's gradient with respect to it.</param>
    /// <param name="state">As many variables of the parameter's type as the optimizer keeps.</param>
    /// <param name="learningRate">A f32 scalar.</param>
    /// <param name="step">The number of this step, counted from 1: an i64 scalar.</param>
    /// <param name="gradientScale">A factor for the gradient, 0 to change nothing: a f32 scalar.</param>
    /// <exception cref="InvalidOperationException">No graph is being traced.</exception>
    /// <exception cref="ShapeException">A tensor has not the type that it should.</exception>
    public void Apply(Variable parameter, Tensor gradient, IReadOnlyList<Variable> state, Tensor learningRate, Tensor step, Tensor gradientScale)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var results = Graphs.Node.ApplyMany(this, [parameter, gradient, .. state.Select(variable => variable.ToTensor()), learningRate, step, gradientScale]);
        parameter.Assign(results[0]);
        for (var i = 0; i < state.Count; i++)
            state[i].Assign(results[i + 1]);
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, StateCount + 5, StateCount + 5);
        ExpectFloat(inputs, 0);
        var parameter = inputs[0];
        if (inputs.Take(2 + StateCount).Any(input => input != parameter))
            throw Mismatch(inputs, $"the gradient and the {StateCount} tensors of state must have the parameter's type {parameter}");
        if (inputs[^3] != parameter with { Shape = [] } || inputs[^2] != new TensorType(ElementType.Int64, []) || inputs[^1] != inputs[^3])
            throw Mismatch(inputs, $"the last three must be the learning rate {parameter with { Shape = [] }}, the step i64[] and the gradient's scale {parameter with { Shape = [] }}");
        return [.. Enumerable.Repeat(parameter, 1 + StateCount)];
    }

    internal sealed override void Evaluate(ReferenceArguments arguments)
    {
        var (learningRate, step, scale) = (arguments.Inputs[^3].Values[0], arguments.Inputs[^2].Values[0], arguments.Inputs[^1].Values[0]);
        Span<double> state = stackalloc double[StateCount];
        for (var i = 0; i < arguments.Y.Values.Length; i++)
        {
            var parameter = arguments.X.Values[i];
            for (var s = 0; s < state.Length; s++)
                state[s] = arguments.Inputs[2 + s].Values[i];
            arguments.Y.Values[i] = scale == 0 ? parameter : Step(parameter, scale * arguments.Inputs[1].Values[i], state, learningRate, step);
            for (var s = 0; s < state.Length; s++)
                arguments.Outputs[1 + s].Values[i] = state[s];
        }
    }

    /// <summary>The definition for one element: returns the new parameter and replaces the state.</summary>
    private protected abstract double Step(double parameter, double gradient, Span<double> state, double learningRate, double step);

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (states, count) = (StateCount, lowering.Outputs[0].Shape.ElementCount);
        return new CpuKernel(arguments =>
        {
            var scale = arguments.Input<float>(4 + states);
            if (*scale != 0)
                Run(arguments, count, *arguments.Input<float>(2 + states), *arguments.Input<long>(3 + states), scale);
            else
                Keep(arguments, count);
        });
    }

    /// <summary>Runs the CPU kernel.</summary>
    private protected abstract unsafe void Run(CpuArguments arguments, long count, float learningRate, long step, float* gradientScale);

    private unsafe void Keep(CpuArguments arguments, long count)
    {
        var bytes = count * sizeof(float);
        for (var output = 0; output <= StateCount; output++)
            Buffer.MemoryCopy(arguments.Input<byte>(output == 0 ? 0 : output + 1), arguments.Output<byte>(output), bytes, bytes);
    }

    internal sealed override bool MayOverwrite(int output, int input) => input == (output == 0 ? 0 : output + 1);

    internal sealed override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
        6.0 * outputs.Count * inputs[0].Shape.ElementCount;

    /// <summary>An application to random tensors, states drawn so that roots of them and of their variances exist.</summary>
    private protected static Sample SampleOf(OptimizerUpdate update, Shape shape, double step, double gradientScale = 1) => new(
        update,
        [
            Draw.Normal(shape),
            Draw.Normal(shape),
            .. Enumerable.Repeat(Draw.Uniform(shape, 0.3, 0.5), update.StateCount),
            Draw.Values([], 0.0625),
            Draw.Values([], ElementType.Int64, step),
            Draw.Values([], gradientScale),
        ]);
}
