using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;
using ComputeCore.Validation;

namespace ComputeCore.Benchmarking;

/// <summary>
/// Operations on inputs that lie in the device's memory already: inputs and results are variables, so that a run is the kernels alone.
/// </summary>
/// <param name="Group">What kind of work it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">What the inputs are drawn from.</param>
/// <param name="Body">From inputs to results.</param>
internal sealed record OperationCase(string Group, string Name, Draw[] Inputs, Func<Tensor[], Tensor[]> Body) : BenchmarkCase(Group, Name)
{
    // Several times the last-level cache of a CPU, and of most GPUs.
    private const long ColdBytes = 256 << 20;
    private const int MostCopies = 64;

    /// <summary>Whether the caches don't hold the inputs where the operation is used, as the weights of a layer among many: runs take turns on copies.</summary>
    public bool IsCold { get; init; }

    /// <summary>How many products or summands an element of a result sums: what bounds the rounding error.</summary>
    public int Terms { get; init; } = 1;

    /// <summary>The part of the result that is checked; null for all of it.</summary>
    public Probe? Probe { get; init; }

    public override Deviation Check(Device device)
    {
        TensorData[] inputs = [.. Inputs.Select((draw, i) => draw.ToData(i + 1))];
        using var reference = Device.Open("reference");
        using var function = new Function(device, Body);
        using var select = new Function(reference, results => Probe is null ? results : Probe.OfResults(results));
        using var definition = new Function(reference, x => Probe is null ? Body(x) : Probe.OfDefinition(Body(Probe.OfInputs(x))));
        var (results, truths) = (select.Run(function.Run(inputs)), definition.Run(inputs));
        return Deviation.Largest(results.Select((result, i) => Deviation.Of(result, truths[i], Tolerance, $"result {i}")));
    }

    public override PreparedCase Prepare(Device device) => new Prepared(this, device);

    // Products of uniform numbers have random signs: the error of their sum grows with the square root of their number times that
    // of the sum's size (Higham and Mary, 2019), which is another square root.
    private Tolerance Tolerance => Tolerance.Float32 with { Absolute = Tolerance.Float32.Absolute + Terms * Math.ScaleB(1, -24) };

    private sealed class Prepared : PreparedCase
    {
        private readonly List<Variable> variables = [];
        private readonly List<Function> functions = [];
        private readonly Executable[] executables;
        private readonly double[] seconds;
        private int next;

        public Prepared(OperationCase benchmark, Device device)
        {
            TensorData[] inputs = [.. benchmark.Inputs.Select((draw, i) => draw.ToData(i + 1))];
            functions.Add(Compile());
            var executable = functions[0].For([]);
            Flops = Cost.Flops(executable);
            Bytes = Cost.Bytes(executable);
            MemoryBytes = executable.Cost.MemoryBytes;
            if (benchmark.IsCold)
                for (var copies = Math.Min(MostCopies, ColdBytes / (long)Bytes); copies > 1; copies--)
                    functions.Add(Compile());
            executables = [.. functions.Select(function => function.For([]))];
            seconds = new double[executable.Launches.Count];

            Function Compile()
            {
                Variable[] arguments = [.. inputs.Select((input, i) => Keep(new Variable($"input{i}", Copy(input))))];
                return new Function(device, _ =>
                {
                    foreach (var (result, i) in benchmark.Body([.. arguments.Select(variable => variable.ToTensor())]).Select((result, i) => (result, i)))
                        Keep(new Variable($"result{i}", new TensorData(result.Type))).Assign(result);
                    return [];
                });
            }
        }

        public override double Run()
        {
            Array.Clear(seconds);
            // As in training, where weights are others in every run: what kernels make of them is part of the time.
            foreach (var variable in variables)
                variable.Change();
            executables[next].Time([], seconds);
            next = (next + 1) % executables.Length;
            return seconds.Sum();
        }

        public override void Dispose()
        {
            foreach (var function in functions)
                function.Dispose();
            foreach (var variable in variables)
                variable.Dispose();
        }

        private Variable Keep(Variable variable)
        {
            variables.Add(variable);
            return variable;
        }

        // A variable takes its first value over.
        private static TensorData Copy(TensorData data)
        {
            var copy = new TensorData(data.Type);
            data.Bytes.CopyTo(copy.Bytes);
            return copy;
        }
    }
}
