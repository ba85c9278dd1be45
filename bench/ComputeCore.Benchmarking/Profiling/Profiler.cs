using System.Diagnostics;
using ComputeCore.Graphs;
using ComputeCore.Nn;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Profiling;

/// <summary>Times a compiled function kernel by kernel, and tells which layer each belongs to.</summary>
internal static class Profiler
{
    private const string Input = "(input)";
    private const string Optimizer = "(optimizer)";
    private const double WarmUpSeconds = 0.5;

    /// <summary>Profiles a function.</summary>
    /// <param name="function">What runs.</param>
    /// <param name="model">The model inside of it.</param>
    /// <param name="inputs">The function's inputs.</param>
    /// <param name="steps">How many runs the times are means of.</param>
    public static StepProfile Run(Function function, Module model, TensorData[] inputs, int steps)
    {
        var executable = function.For(inputs);
        var seconds = new double[executable.Launches.Count];
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds;)
            executable.Time(inputs, seconds);
        Array.Clear(seconds);
        for (var i = 0; i < steps; i++)
            executable.Time(inputs, seconds);

        var layers = LayersOf(model);
        var variables = new HashSet<Variable>();
        var kernels = new List<ProfiledKernel>();
        foreach (var (launch, i) in executable.Launches.Select((launch, i) => (launch, i)))
        {
            var node = launch.Node;
            variables.UnionWith(node.Inputs.Select(input => Schedule.Root(input).Node.Operation).OfType<ReadVariable>().Select(read => read.Variable));
            var layer = node.Operation is OptimizerUpdate ? Optimizer : node.Provenance.Variable is not { } variable ? Input : layers.GetValueOrDefault(variable, Optimizer);
            kernels.Add(new(
                node.Operation.Name,
                layer,
                layer == Optimizer ? StepPhase.Update : node.Provenance.IsBackward ? StepPhase.Backward : StepPhase.Forward,
                $"{string.Join(", ", node.Inputs.Select(input => input.Type))} → {string.Join(", ", node.Outputs.Select(output => output.Type))}",
                seconds[i] / steps * 1e3,
                Cost.Flops(launch),
                Cost.Bytes(launch),
                executable.Plan.LiveBytesAt[i]));
        }

        return new(kernels, executable.Plan.ArenaBytes, variables.Sum(variable => variable.Type.SizeInBytes));
    }

    // A variable belongs to the module around it: "3 Conv2d" for the weight 3.weight.
    private static Dictionary<Variable, string> LayersOf(Module model)
    {
        var kinds = new Dictionary<string, string> { [""] = model.GetType().Name };
        Visit("", model);
        return model.State().DistinctBy(entry => entry.Variable).ToDictionary(entry => entry.Variable, entry =>
        {
            var path = entry.Name[..Math.Max(0, entry.Name.LastIndexOf('.'))];
            return $"{path} {kinds[path]}".Trim();
        });

        void Visit(string prefix, Module module)
        {
            foreach (var (name, child) in module.Children)
            {
                kinds[prefix + name] = child.GetType().Name;
                Visit($"{prefix}{name}.", child);
            }
        }
    }
}
