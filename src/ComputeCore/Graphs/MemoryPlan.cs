using ComputeCore.Devices;
using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>A stretch of the arena and the steps during which it is in use, both ends included.</summary>
internal sealed class ArenaBlock(long bytes, int first, int last)
{
    /// <summary>The block's size, rounded up to the alignment.</summary>
    public long Bytes { get; } = (Math.Max(bytes, 1) + MemoryPlan.Alignment - 1) / MemoryPlan.Alignment * MemoryPlan.Alignment;

    /// <summary>The step that writes it first.</summary>
    public int First { get; } = first;

    /// <summary>The last step that reads it.</summary>
    public int Last { get; set; } = last;

    /// <summary>Where it lies in the arena.</summary>
    public long Offset { get; set; }
}

/// <summary>
/// Where every intermediate value lies in one arena, so that values whose lives do not overlap share memory, and a node that
/// works element by element overwrites an input that dies with it. What is joined to one value is computed where it will lie in that,
/// as long as the arena doesn't grow for it: the whole is kept from the first of its parts on.
/// </summary>
/// <remarks>
/// Placement is "greedy by size" (Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020): the
/// largest block first, each at the lowest address that is free during its life. The plan also knows the bound that no
/// placement can beat, the largest sum of simultaneously live blocks.
/// </remarks>
internal sealed class MemoryPlan
{
    /// <summary>Blocks begin at multiples of a cache line.</summary>
    public const long Alignment = 64;

    private readonly Dictionary<Tensor, ArenaBlock> blocks = [];
    private readonly Dictionary<Node, ArenaBlock> workspaces = [];
    private readonly Dictionary<Node, ArenaBlock> preparations = [];

    // A part's whole, and where in it the part begins, in bytes.
    private readonly Dictionary<Tensor, (Tensor Whole, long Offset)> parts;

    private MemoryPlan(
        Schedule schedule, Device device, IReadOnlyDictionary<Node, DeviceKernel> kernels, Dictionary<Tensor, (Tensor Whole, long Offset)> parts)
    {
        this.parts = parts;
        AssignBlocks(schedule, device);
        for (var step = 0; step < schedule.Nodes.Count; step++)
        {
            var node = schedule.Nodes[step];
            if (kernels[node].WorkspaceBytes is > 0 and var bytes)
                workspaces[node] = new ArenaBlock(bytes, step, step);
            // What is kept from run to run has memory of its own.
            if (kernels[node].Preparation is { } preparation && schedule.ParameterOf(node.Inputs[preparation.Input]) is null)
                preparations[node] = new ArenaBlock(preparation.Bytes, step, step);
        }

        ArenaBlock[] all = [.. blocks.Values.Concat(workspaces.Values).Concat(preparations.Values).Distinct()];
        LiveBytesAt = LiveBytesOf(all, schedule.Nodes.Count);
        ArenaBytes = Place(all);
    }

    /// <summary>The arena's size.</summary>
    public long ArenaBytes { get; }

    /// <summary>The largest sum of simultaneously live values and workspaces: no arena can be smaller.</summary>
    public long LiveBytes => LiveBytesAt.DefaultIfEmpty().Max();

    /// <summary>The sum of the values and workspaces that are live while each node runs.</summary>
    public IReadOnlyList<long> LiveBytesAt { get; }

    /// <summary>Plans the memory of a schedule.</summary>
    public static MemoryPlan Create(Schedule schedule, Device device, IReadOnlyDictionary<Node, DeviceKernel> kernels)
    {
        var apart = new MemoryPlan(schedule, device, kernels, []);
        var parts = FindParts(schedule, device);
        if (parts.Count == 0)
            return apart;
        var joined = new MemoryPlan(schedule, device, kernels, parts);
        return joined.ArenaBytes <= apart.ArenaBytes ? joined : apart;
    }

    /// <summary>Where a value begins in the arena; null for one that lies elsewhere (a variable, an input, a constant, a result that is kept).</summary>
    public long? OffsetOf(Tensor root) => blocks.TryGetValue(root, out var block) ? block.Offset + WholeOf(root).Offset : null;

    /// <summary>Where a node's scratch memory lies; null if it needs none.</summary>
    public ArenaBlock? WorkspaceOf(Node node) => workspaces.GetValueOrDefault(node);

    /// <summary>Where the other form of an input lies; null if the node's kernel makes none, or it is kept.</summary>
    public ArenaBlock? PreparationOf(Node node) => preparations.GetValueOrDefault(node);

    // The values that nothing but their place keeps from being parts of what they are joined to.
    private static Dictionary<Tensor, (Tensor Whole, long Offset)> FindParts(Schedule schedule, Device device)
    {
        var parts = new Dictionary<Tensor, (Tensor Whole, long Offset)>();
        foreach (var node in schedule.Nodes)
        {
            if (!node.Operation.JoinsInMemory([.. node.Inputs.Select(input => input.Type)]) || !LiesInArena(node.Outputs[0]))
                continue;
            var offset = 0L;
            foreach (var input in node.Inputs)
            {
                var root = Schedule.Root(input);
                var bytes = device.SizeInBytes(input.Type);
                if (offset % Alignment == 0 && LiesInArena(root) && device.SizeInBytes(root.Type) == bytes)
                    parts.TryAdd(root, (node.Outputs[0], offset));
                offset += bytes;
            }
        }

        return parts;

        bool LiesInArena(Tensor root) =>
            root.Node.Operation is not Leaf && schedule.TargetOf(root) is null && schedule.ParametersOf(root.Node) is null;
    }

    // The value that a part of a part is ultimately a part of; itself for any other.
    private (Tensor Whole, long Offset) WholeOf(Tensor root)
    {
        var offset = 0L;
        while (parts.TryGetValue(root, out var part))
            (root, offset) = (part.Whole, offset + part.Offset);
        return (root, offset);
    }

    private void AssignBlocks(Schedule schedule, Device device)
    {
        var wholes = parts.Values.Select(part => WholeOf(part.Whole).Whole).ToHashSet();
        var blockOfWhole = new Dictionary<Tensor, ArenaBlock>();
        var lastUse = new Dictionary<Tensor, int>();
        for (var step = 0; step < schedule.Nodes.Count; step++)
            foreach (var input in schedule.Nodes[step].Inputs)
                lastUse[Schedule.Root(input)] = step;
        foreach (var output in schedule.Outputs)
            lastUse[Schedule.Root(output)] = schedule.Nodes.Count;

        for (var step = 0; step < schedule.Nodes.Count; step++)
        {
            var node = schedule.Nodes[step];
            if (schedule.ParametersOf(node) is not null)
                continue;
            var taken = new HashSet<ArenaBlock>();
            foreach (var output in node.Outputs)
            {
                if (schedule.TargetOf(output) is not null)
                    continue;
                var last = lastUse.GetValueOrDefault(output, step);
                var whole = WholeOf(output).Whole;
                if (wholes.Contains(whole))
                {
                    if (!blockOfWhole.TryGetValue(whole, out var shared))
                        blockOfWhole[whole] = shared = new ArenaBlock(device.SizeInBytes(whole.Type), step, last);
                    shared.Last = Math.Max(shared.Last, last);
                    taken.Add(shared);
                    blocks[output] = shared;
                    continue;
                }

                var block = BlockToOverwrite(node, output, step, device, taken);
                if (block is not null)
                    block.Last = last;
                else
                    block = new ArenaBlock(device.SizeInBytes(output.Type), step, last);
                taken.Add(block);
                blocks[output] = block;
            }
        }
    }

    private ArenaBlock? BlockToOverwrite(Node node, Tensor output, int step, Device device, HashSet<ArenaBlock> taken)
    {
        foreach (var candidate in Enumerable.Range(0, node.Inputs.Count))
        {
            if (BlockAt(candidate) is not { } block || block.Last != step || taken.Contains(block))
                continue;
            var sharing = Enumerable.Range(0, node.Inputs.Count).Where(input => BlockAt(input) == block);
            if (sharing.All(input => node.Operation.MayOverwrite(output.Index, input) && HaveOneSize(node.Inputs[input], output) && !IsPart(input)))
                return block;
        }

        return null;

        // As many elements of the same size: a broadcast input that happens to have as many bytes is read again and again.
        bool HaveOneSize(Tensor a, Tensor b) =>
            a.Shape.ElementCount == b.Shape.ElementCount && device.SizeInBytes(a.Type) == device.SizeInBytes(b.Type);

        // Its block holds more than it, and it need not begin where that does.
        bool IsPart(int input) => parts.ContainsKey(Schedule.Root(node.Inputs[input]));

        ArenaBlock? BlockAt(int input) => blocks.GetValueOrDefault(Schedule.Root(node.Inputs[input]));
    }

    private static long[] LiveBytesOf(ArenaBlock[] all, int steps)
    {
        var live = new long[steps];
        foreach (var block in all)
            for (var step = block.First; step <= Math.Min(block.Last, steps - 1); step++)
                live[step] += block.Bytes;
        return live;
    }

    private static long Place(ArenaBlock[] all)
    {
        var placed = new List<ArenaBlock>();
        foreach (var block in all.OrderByDescending(block => block.Bytes).ThenBy(block => block.First))
        {
            var offset = 0L;
            foreach (var other in placed)
            {
                if (other.First > block.Last || block.First > other.Last)
                    continue;
                if (other.Offset - offset >= block.Bytes)
                    break;
                offset = Math.Max(offset, other.Offset + other.Bytes);
            }

            block.Offset = offset;
            var position = placed.FindIndex(other => other.Offset > offset);
            placed.Insert(position < 0 ? placed.Count : position, block);
        }

        return placed.Count == 0 ? 0 : placed.Max(block => block.Offset + block.Bytes);
    }
}
