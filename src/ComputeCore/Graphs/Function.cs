using ComputeCore.Devices;
using ComputeCore.Graphs;

namespace ComputeCore;

/// <summary>
/// A computation written as ordinary C# on tensors, compiled for a device. The code is traced once per set of input types; the
/// executable is kept and runs again whenever inputs of those types come.
/// </summary>
public sealed class Function : IDisposable
{
    private readonly Device device;
    private readonly Func<Tensor[], Tensor[]> body;
    private readonly List<Executable> executables = [];
    private readonly Arena arena;

    /// <summary>Makes a function. Nothing is traced until its input types are known.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="body">From symbolic inputs to symbolic results. It may read and assign variables.</param>
    public Function(Device device, Func<Tensor[], Tensor[]> body)
    {
        (this.device, this.body, arena) = (device, body, new Arena(device));
    }

    /// <summary>Runs on the given inputs and returns the results in new tensors.</summary>
    /// <exception cref="ShapeException">An operation inside does not take inputs of these types.</exception>
    /// <exception cref="DeviceException">The device lacks an operation or memory.</exception>
    public TensorData[] Run(params ReadOnlySpan<TensorData> inputs)
    {
        var executable = For(inputs);
        TensorData[] results = [.. executable.OutputTypes.Select(type => new TensorData(type))];
        executable.Run(inputs, results);
        return results;
    }

    /// <summary>Runs on the given inputs and copies the results into the given tensors; after the first run nothing is allocated.</summary>
    /// <exception cref="ShapeException">An operation inside does not take inputs of these types, or a result has another type.</exception>
    /// <exception cref="DeviceException">The device lacks an operation or memory.</exception>
    public void RunInto(ReadOnlySpan<TensorData> inputs, ReadOnlySpan<TensorData> results) => For(inputs).Run(inputs, results);

    /// <summary>
    /// Runs once more and names the first value, in the order of computation, that holds NaN or an infinity; null if there is
    /// none. Variables are assigned as in any run.
    /// </summary>
    public string? FindNonFinite(params ReadOnlySpan<TensorData> inputs) => For(inputs).FindNonFinite(inputs);

    /// <summary>What a run on inputs of these types costs; it is compiled if it was not yet.</summary>
    /// <exception cref="ShapeException">An operation inside does not take inputs of these types.</exception>
    public FunctionCost Cost(params ReadOnlySpan<TensorData> inputs) => For(inputs).Cost;

    /// <summary>Releases the compiled executables and their memory; variables stay.</summary>
    public void Dispose()
    {
        foreach (var executable in executables)
            executable.Dispose();
        executables.Clear();
        arena.Dispose();
    }

    /// <summary>The executable for inputs of these types, compiled at the first call.</summary>
    internal Executable For(ReadOnlySpan<TensorData> inputs)
    {
        foreach (var known in executables)
            if (Matches(known, inputs))
                return known;

        var types = new TensorType[inputs.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = inputs[i].Type;
        var executable = new Executable(device, Trace.Record(types, body), arena);
        executables.Add(executable);
        return executable;
    }

    private static bool Matches(Executable executable, ReadOnlySpan<TensorData> inputs)
    {
        if (executable.InputTypes.Count != inputs.Length)
            return false;
        for (var i = 0; i < inputs.Length; i++)
            if (executable.InputTypes[i] != inputs[i].Type)
                return false;
        return true;
    }
}
