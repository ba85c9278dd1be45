using ComputeCore.Devices;
using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>
/// A graph compiled for one device and one set of input types: passes, schedule, kernels, memory plan. Once made, running it
/// allocates nothing, neither on the device nor on the managed heap.
/// </summary>
internal sealed class Executable : IDisposable
{
    private readonly Device device;
    private readonly Arena arena;
    private readonly Schedule schedule;
    private readonly Dictionary<Node, DeviceKernel> kernels;
    private readonly List<DeviceMemory> owned = [];
    private readonly Dictionary<Tensor, DeviceMemory> leaves = [];
    private readonly Dictionary<Node, DeviceMemory> kept = [];
    private readonly Dictionary<Tensor, long> keptResults = [];
    private readonly DeviceMemory? memoryOfResults;
    private readonly Variable[] assigned;
    private readonly DeviceMemory[] inputs;
    private DeviceMemory? linkedMemory;
    private MemorySlice[] outputs = [];
    private DeviceProgram? program;

    public Executable(Device device, Graph graph, Arena arena)
    {
        (this.device, this.arena) = (device, arena);
        foreach (var pass in device.Passes)
            graph = pass.Run(graph);
        InputTypes = [.. graph.Inputs.Select(input => input.Type)];
        assigned = [.. graph.Assignments.Select(assignment => assignment.Variable)];

        schedule = new Schedule(graph);
        kernels = schedule.Nodes.ToDictionary(node => node, device.Lower);
        Plan = MemoryPlan.Create(schedule, device, kernels);
        OutputTypes = [.. schedule.Outputs.Select(output => output.Type)];
        try
        {
            inputs = [.. graph.Inputs.Select(input => leaves[input] = Own(device.Allocate(Math.Max(1, device.SizeInBytes(input.Type)))))];
            foreach (var node in schedule.Nodes)
                if (ParameterOf(node) is not null)
                    kept[node] = Own(device.Allocate(kernels[node].Preparation!.Bytes));
            memoryOfResults = KeepResults();
            Link();
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
    public IReadOnlyList<TensorType> OutputTypes { get; }

    /// <summary>Where intermediate values lie.</summary>
    public MemoryPlan Plan { get; }

    /// <summary>The kernels in the order they run.</summary>
    public IReadOnlyList<KernelLaunch> Launches { get; private set; } = [];

    /// <summary>What one run costs.</summary>
    public FunctionCost Cost => new(
        Launches.Sum(launch => launch.Node.Operation.Flops([.. launch.Node.Inputs.Select(input => input.Type)], [.. launch.Node.Outputs.Select(output => output.Type)])),
        Plan.ArenaBytes);

    /// <summary>Copies the inputs in, runs, and copies the results out.</summary>
    public void Run(ReadOnlySpan<TensorData> arguments, ReadOnlySpan<TensorData> results)
    {
        var program = Link();
        WriteInputs(arguments);
        program.Run();
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
        var program = Link();
        WriteInputs(arguments);
        program.Time(seconds);
        NoteChanges();
    }

    /// <summary>
    /// Runs once more and names the first value that holds NaN or an infinity, in the order of computation: an input, a
    /// variable, or an operation's result. Null if all values are finite.
    /// </summary>
    public string? FindNonFinite(ReadOnlySpan<TensorData> arguments)
    {
        var program = Link();
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
        program.Run(launch =>
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

    // The first time, and after the arena had to grow for another executable.
    private DeviceProgram Link()
    {
        var memory = arena.Reserve(Plan.ArenaBytes);
        return program is not null && memory == linkedMemory ? program : LinkTo(memory);
    }

    private DeviceProgram LinkTo(DeviceMemory memory)
    {
        program?.Dispose();
        program = null;
        Launches = [.. schedule.Nodes.Select(node => new KernelLaunch(
            node,
            kernels[node],
            [.. node.Inputs.Select(Locate)],
            [.. node.Outputs.Select(Locate)],
            new MemorySlice(memory, Plan.WorkspaceOf(node)?.Offset ?? 0, default))
        {
            Prepared = kept.TryGetValue(node, out var own) ? new MemorySlice(own, 0, default) : new MemorySlice(memory, Plan.PreparationOf(node)?.Offset ?? 0, default),
            Parameter = ParameterOf(node),
            Sources = schedule.ParametersOf(node) is { } sources ? [.. sources] : null,
        })];
        outputs = [.. schedule.Outputs.Select(Locate)];
        linkedMemory = memory;
        return program = device.Link(Launches);

        MemorySlice Locate(Tensor tensor)
        {
            var root = Schedule.Root(tensor);
            if (Plan.OffsetOf(root) is { } inArena)
                return new MemorySlice(memory, inArena, tensor.Type);
            if (keptResults.TryGetValue(root, out var offset))
                return new MemorySlice(memoryOfResults!, offset, tensor.Type);
            if (schedule.TargetOf(root) is { } variable)
                return new MemorySlice(variable.MemoryOn(device), 0, tensor.Type);
            return new MemorySlice(LeafMemory(root), 0, tensor.Type);
        }
    }

    // Places the results that are kept from run to run, in a memory of their own; null if there are none.
    private DeviceMemory? KeepResults()
    {
        var bytes = 0L;
        foreach (var output in schedule.Nodes.Where(node => schedule.ParametersOf(node) is not null).SelectMany(node => node.Outputs))
        {
            keptResults[output] = bytes;
            bytes += new ArenaBlock(device.SizeInBytes(output.Type), 0, 0).Bytes;
        }

        return bytes == 0 ? null : Own(device.Allocate(bytes));
    }

    // The variable of which the node's kernel keeps another form.
    private Variable? ParameterOf(Node node) => kernels[node].Preparation is { } preparation ? schedule.ParameterOf(node.Inputs[preparation.Input]) : null;

    private void NoteChanges()
    {
        foreach (var variable in assigned)
            variable.Change();
    }

    private void WriteInputs(ReadOnlySpan<TensorData> arguments)
    {
        for (var i = 0; i < inputs.Length; i++)
            inputs[i].Write(0, arguments[i].ElementType, arguments[i].Bytes);
    }

    private static bool IsFinite(MemorySlice slice)
    {
        if (!slice.Type.ElementType.IsFloatingPoint())
            return true;
        var values = new TensorData(slice.Type);
        slice.Memory.Read(slice.Offset, slice.Type.ElementType, values.Bytes);
        return values.ToDoubles().All(double.IsFinite);
    }

    private DeviceMemory LeafMemory(Tensor root)
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
