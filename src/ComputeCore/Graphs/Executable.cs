using ComputeCore.Devices;
using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>
/// A graph compiled for one device and one set of input types: passes, schedule, kernels, memory plan. Once made, running it
/// allocates nothing, neither on the device nor on the managed heap.
/// </summary>
internal sealed class Executable : IDisposable
{
    private readonly List<DeviceMemory> owned = [];
    private readonly Dictionary<Tensor, DeviceMemory> leaves = [];
    private readonly DeviceMemory[] inputs;
    private readonly MemorySlice[] outputs;
    private readonly Variable[] assigned;
    private readonly DeviceProgram? program;

    public Executable(Device device, Graph graph)
    {
        foreach (var pass in device.Passes)
            graph = pass.Run(graph);
        InputTypes = [.. graph.Inputs.Select(input => input.Type)];
        assigned = [.. graph.Assignments.Select(assignment => assignment.Variable)];

        var schedule = new Schedule(graph);
        var kernels = schedule.Nodes.ToDictionary(node => node, device.Lower);
        Plan = new MemoryPlan(schedule, device, kernels);
        try
        {
            inputs = [.. graph.Inputs.Select(input => leaves[input] = Own(device.Allocate(Math.Max(1, device.SizeInBytes(input.Type)))))];
            var arena = Own(device.Allocate(Math.Max(1, Plan.ArenaBytes)));
            Launches = [.. schedule.Nodes.Select(node => new KernelLaunch(
                node,
                kernels[node],
                [.. node.Inputs.Select(Locate)],
                [.. node.Outputs.Select(Locate)],
                new MemorySlice(arena, Plan.WorkspaceOf(node)?.Offset ?? 0, default))
            {
                Prepared = new MemorySlice(arena, Plan.PreparationOf(node)?.Offset ?? 0, default),
                Parameter = kernels[node].Preparation is { } preparation ? schedule.ParameterOf(node.Inputs[preparation.Input]) : null,
            })];
            outputs = [.. schedule.Outputs.Select(Locate)];
            program = device.Link(Launches);

            MemorySlice Locate(Tensor tensor)
            {
                var root = Schedule.Root(tensor);
                if (Plan.BlockOf(root) is { } block)
                    return new MemorySlice(arena, block.Offset, tensor.Type);
                if (schedule.TargetOf(root) is { } variable)
                    return new MemorySlice(variable.MemoryOn(device), 0, tensor.Type);
                return new MemorySlice(LeafMemory(device, root), 0, tensor.Type);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The types of the inputs.</summary>
    public IReadOnlyList<TensorType> InputTypes { get; }

    /// <summary>The types of the results.</summary>
    public IEnumerable<TensorType> OutputTypes => outputs.Select(output => output.Type);

    /// <summary>Where intermediate values lie.</summary>
    public MemoryPlan Plan { get; }

    /// <summary>The kernels in the order they run.</summary>
    public IReadOnlyList<KernelLaunch> Launches { get; }

    /// <summary>What one run costs.</summary>
    public FunctionCost Cost => new(
        Launches.Sum(launch => launch.Node.Operation.Flops([.. launch.Node.Inputs.Select(input => input.Type)], [.. launch.Node.Outputs.Select(output => output.Type)])),
        Plan.ArenaBytes);

    /// <summary>Copies the inputs in, runs, and copies the results out.</summary>
    public void Run(ReadOnlySpan<TensorData> arguments, ReadOnlySpan<TensorData> results)
    {
        WriteInputs(arguments);
        program!.Run();
        NoteChanges();
        for (var i = 0; i < outputs.Length; i++)
        {
            var (memory, offset, type) = outputs[i];
            if (results[i].Type != type)
                throw new ShapeException($"Result {i} is {type}, but a tensor {results[i].Type} was given to hold it.");
            memory.Read(offset, type.ElementType, results[i].Bytes);
        }
    }

    /// <summary>Runs once more and adds each launch's seconds to <paramref name="seconds"/>.</summary>
    public void Time(ReadOnlySpan<TensorData> arguments, double[] seconds)
    {
        WriteInputs(arguments);
        program!.Time(seconds);
        NoteChanges();
    }

    /// <summary>
    /// Runs once more and names the first value that holds NaN or an infinity, in the order of computation: an input, a
    /// variable, or an operation's result. Null if all values are finite.
    /// </summary>
    public string? FindNonFinite(ReadOnlySpan<TensorData> arguments)
    {
        WriteInputs(arguments);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!IsFinite(new MemorySlice(inputs[i], 0, arguments[i].Type)))
                return $"input {i}, {arguments[i].Type}";
        }

        foreach (var leaf in leaves.Keys)
            if (leaf.Node.Operation is ReadVariable { Variable: var variable } && !IsFinite(new MemorySlice(leaves[leaf], 0, leaf.Type)))
                return $"the variable '{variable.Name}', {leaf.Type}";

        string? found = null;
        program!.Run(launch =>
        {
            if (found is null && !launch.Outputs.All(IsFinite))
                found = $"the result of {launch.Node.Operation.Name}, {launch.Node.Outputs.First(output => output.ElementType.IsFloatingPoint()).Type}";
        });
        NoteChanges();
        return found;
    }

    public void Dispose()
    {
        program?.Dispose();
        foreach (var memory in owned)
            memory.Dispose();
        owned.Clear();
    }

    private void WriteInputs(ReadOnlySpan<TensorData> arguments)
    {
        for (var i = 0; i < inputs.Length; i++)
            inputs[i].Write(0, arguments[i].ElementType, arguments[i].Bytes);
    }

    private void NoteChanges()
    {
        foreach (var variable in assigned)
            variable.Change();
    }

    private static bool IsFinite(MemorySlice slice)
    {
        if (!slice.Type.ElementType.IsFloatingPoint())
            return true;
        var values = new TensorData(slice.Type);
        slice.Memory.Read(slice.Offset, slice.Type.ElementType, values.Bytes);
        return values.ToDoubles().All(double.IsFinite);
    }

    private DeviceMemory LeafMemory(Device device, Tensor root)
    {
        if (leaves.TryGetValue(root, out var known))
            return known;
        switch (root.Node.Operation)
        {
            case ReadVariable read:
                return leaves[root] = read.Variable.MemoryOn(device);
            case Constant constant:
                var memory = Own(device.Allocate(Math.Max(1, device.SizeInBytes(constant.Type))));
                memory.Write(0, constant.Type.ElementType, constant.Data.Bytes);
                return leaves[root] = memory;
            default:
                throw new InvalidOperationException($"A value made by {root.Node.Operation.Name} has no memory: a tensor of another function was used in this one.");
        }
    }

    private DeviceMemory Own(DeviceMemory memory)
    {
        owned.Add(memory);
        return memory;
    }
}
