using System.Text;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>
/// Everything the engine knows of one operation: the shape rule, the gradient rule, the definition in float64, and the cost.
/// An operation is a record whose properties are its attributes, so two applications with equal attributes and inputs are the
/// same value. Each stands in its own file, with the methods of <see cref="Tensor"/> that apply it.
/// </summary>
public abstract record Operation
{
    /// <summary>The name in messages and profiles.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>
    /// Whether the results are the first input's memory seen with another shape: no kernel runs and nothing is copied.
    /// </summary>
    public virtual bool IsView => false;

    /// <summary>How far a device's f32 result may be from the float64 definition.</summary>
    public virtual Tolerance Tolerance => Tolerance.Float32;

    /// <summary>The types of the results for inputs of the given types.</summary>
    /// <exception cref="ShapeException">The operation does not take inputs of these types; the message names them.</exception>
    public abstract IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs);

    /// <summary>Computes the results in float64 with naive loops: the definition that every device is checked against.</summary>
    internal abstract void Evaluate(ReferenceArguments arguments);

    /// <summary>
    /// The gradients of a loss with respect to each input, given those with respect to each output, as a graph of operations;
    /// null for an input that has none (integers, or no influence).
    /// </summary>
    internal virtual IReadOnlyList<Tensor?> Differentiate(Differential d) =>
        throw new NotSupportedException($"The operation {Name} has no gradient.");

    /// <summary>Whether output <paramref name="output"/> may be written over input <paramref name="input"/>, read element by element.</summary>
    internal virtual bool MayOverwrite(int output, int input) => false;

    /// <summary>Whether the first result is the inputs' memory one behind the other, so that they may lie where they will lie in it: then its kernel has nothing to copy.</summary>
    internal virtual bool JoinsInMemory(IReadOnlyList<TensorType> inputs) => false;

    /// <summary>Arithmetic work of one application, in floating-point operations; memory traffic follows from the types.</summary>
    internal virtual double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
        outputs.Sum(output => (double)output.Shape.ElementCount);

    // A record prints its attributes; what is the same for every application of an operation is left out.
    /// <inheritdoc/>
    protected virtual bool PrintMembers(StringBuilder builder) => false;

    /// <summary>Throws unless there are as many inputs as the operation takes.</summary>
    protected void ExpectCount(IReadOnlyList<TensorType> inputs, int minimum, int maximum)
    {
        if (inputs.Count < minimum || inputs.Count > maximum)
            throw new ShapeException($"{Name} takes {(minimum == maximum ? $"{minimum}" : $"{minimum} to {maximum}")} inputs, but was given {inputs.Count}.");
    }

    /// <summary>Throws unless an input is floating point.</summary>
    protected void ExpectFloat(IReadOnlyList<TensorType> inputs, params ReadOnlySpan<int> which)
    {
        foreach (var i in which)
            if (!inputs[i].ElementType.IsFloatingPoint())
                throw new ShapeException($"{Name} takes floating-point tensors, but input {i} is {inputs[i]}.");
    }

    /// <summary>An error about the inputs' shapes, naming the operation and all of them.</summary>
    protected ShapeException Mismatch(IReadOnlyList<TensorType> inputs, string rule) =>
        new($"{Name} of {string.Join(" and ", inputs)}: {rule}.");
}
