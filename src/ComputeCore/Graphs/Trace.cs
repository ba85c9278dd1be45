using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>
/// The recording of one graph while the user's code runs: it gives variables their current values and collects the
/// assignments. One trace is current per thread.
/// </summary>
internal sealed class Trace
{
    [ThreadStatic]
    private static Trace? current;

    private readonly Dictionary<Variable, Tensor> values = [];
    private readonly Dictionary<Variable, Tensor> assignments = [];

    /// <summary>The trace that is running on this thread.</summary>
    /// <exception cref="InvalidOperationException">None is.</exception>
    public static Trace Current => current ?? throw new InvalidOperationException(
        "A variable was used outside of a function: its value in a graph exists only while Function traces the code that uses it. Variable.Read() and Write() work anywhere.");

    /// <summary>Runs the user's code on placeholders of the given types and returns the graph it built.</summary>
    public static Graph Record(IReadOnlyList<TensorType> inputTypes, Func<Tensor[], Tensor[]> body)
    {
        var (outer, provenance) = (current, Provenance.Current);
        var trace = new Trace();
        current = trace;
        Provenance.Current = default;
        try
        {
            Tensor[] inputs = [.. inputTypes.Select((type, slot) => Node.Apply(new Input(slot, type)))];
            var outputs = body([.. inputs]);
            return new Graph(inputs, outputs, [.. trace.assignments.Select(a => new Assignment(a.Key, a.Value))]);
        }
        finally
        {
            current = outer;
            Provenance.Current = provenance;
        }
    }

    /// <summary>The variable's value after the assignments so far.</summary>
    public Tensor Read(Variable variable)
    {
        Provenance.Current = new(variable, false);
        if (!values.TryGetValue(variable, out var value))
            values[variable] = value = Node.Apply(new ReadVariable(variable));
        return value;
    }

    /// <summary>Notes a new value; the last one given is stored when the graph has run.</summary>
    public void Assign(Variable variable, Tensor value)
    {
        if (value.Type != variable.Type)
            throw new ShapeException($"The variable '{variable.Name}' is {variable.Type} and can't be assigned a tensor {value.Type}.");
        values[variable] = value;
        assignments[variable] = value;
    }
}
