using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>
/// The order in which a graph's nodes run, and which values are written straight into a variable's memory.
/// </summary>
/// <remarks>
/// A graph reads every variable's old value. An assigned value may therefore be computed in the variable's own memory only
/// after everything that reads the old value; the node that computes it may itself be the last reader if it works element by
/// element (an optimizer's update). These orders are added to the graph as edges; where they would close a circle, or the
/// assigned value has memory of its own already, the value is copied at the end instead.
/// </remarks>
internal sealed class Schedule
{
    // Scalars and the like never wait.
    private const long Negligible = 4096;

    // Of a result that is kept from run to run: per channel, not per weight.
    private const long MaximumKept = 64 << 10;

    private readonly Dictionary<Tensor, Variable> targets = [];
    private readonly Dictionary<Node, HashSet<Variable>> parameters = [];
    private readonly HashSet<Variable> assigned;
    private readonly List<Tensor> outputs;

    public Schedule(Graph graph)
    {
        assigned = graph.Assignments.Select(assignment => assignment.Variable).ToHashSet();

        // An output that is a variable's old value must not change when the variable does.
        outputs = [.. graph.Outputs.Select(output => IsAssigned(Root(output)) ? Node.Apply(new Copy(), output) : output)];

        List<(Variable Variable, Tensor Value)> stores = [.. graph.Assignments.Select(assignment =>
            (assignment.Variable, IsAssigned(Root(assignment.Value)) ? Node.Apply(new Copy(), assignment.Value) : assignment.Value))];

        var copied = new HashSet<Variable>();
        while (true)
        {
            targets.Clear();
            foreach (var (variable, value) in stores)
            {
                var root = Root(value);
                if (copied.Contains(variable) || root.Node.Operation is Leaf || targets.ContainsKey(root))
                    root = Node.Apply(new Copy(), value);
                targets[root] = variable;
            }

            if (TrySort(out var order, out var stuck))
            {
                Nodes = order;
                FindParameters();
                return;
            }

            copied.UnionWith(stuck);
        }

        bool IsAssigned(Tensor root) => root.Node.Operation is ReadVariable read && assigned.Contains(read.Variable);
    }

    /// <summary>All nodes that compute something, in the order they run: no leaves and no views.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The graph's results.</summary>
    public IReadOnlyList<Tensor> Outputs => outputs;

    /// <summary>The variable in whose memory a value is computed; null for a value with memory of its own.</summary>
    public Variable? TargetOf(Tensor root) => targets.GetValueOrDefault(root);

    /// <summary>The variable that a tensor is, or is a view of, if the graph leaves it as it is; otherwise null.</summary>
    public Variable? ParameterOf(Tensor tensor) =>
        Root(tensor).Node.Operation is ReadVariable { Variable: var variable } && !assigned.Contains(variable) ? variable : null;

    /// <summary>
    /// The variables that alone decide a node's results, if the graph leaves them as they are and the results are small: then these are kept
    /// until one of the variables changes. Otherwise null. In inference that is what batch normalization makes of its statistics.
    /// </summary>
    public IReadOnlyCollection<Variable>? ParametersOf(Node node) => parameters.GetValueOrDefault(node);

    /// <summary>The tensor whose memory a tensor is: itself, or what it is a view of.</summary>
    public static Tensor Root(Tensor tensor)
    {
        while (tensor.Node.Operation.IsView)
            tensor = tensor.Node.Inputs[0];
        return tensor;
    }

    private void FindParameters()
    {
        var results = outputs.Select(Root).ToHashSet();
        foreach (var node in Nodes)
        {
            if (node.Outputs.Any(output => targets.ContainsKey(output) || results.Contains(output) || output.Type.SizeInBytes > MaximumKept))
                continue;
            var sources = node.Inputs.Select(Root).ToArray();
            if (!sources.All(source => source.Node.Operation is Constant || ParameterOf(source) is not null || parameters.ContainsKey(source.Node)))
                continue;
            parameters[node] = [.. sources.SelectMany(source => ParameterOf(source) is { } variable ? [variable] : parameters.GetValueOrDefault(source.Node) ?? [])];
        }
    }

    // List scheduling. Of the nodes that are ready, one that frees as much memory as it takes comes first, such as an optimizer's
    // update, with which a gradient dies; then the order in which the user's code made them.
    private bool TrySort(out List<Node> order, out List<Variable> stuck)
    {
        var all = Graph.Reachable(outputs.Concat(targets.Keys));
        var successors = all.ToDictionary(node => node, _ => new HashSet<Node>());
        foreach (var node in all)
            foreach (var input in node.Inputs)
                successors[input.Node].Add(node);

        foreach (var (root, variable) in targets)
            foreach (var reader in Readers(all, variable))
                if (reader != root.Node)
                    successors[reader].Add(root.Node);
                else if (!MayUpdateInPlace(root, variable))
                    successors[reader].Add(reader);

        var waiting = all.ToDictionary(node => node, _ => 0);
        foreach (var node in all)
            foreach (var successor in successors[node])
                waiting[successor]++;

        var growth = new MemoryGrowth(all, outputs, targets.ContainsKey);
        var ready = new PriorityQueue<Node, (bool, long)>();
        foreach (var node in all)
            if (waiting[node] == 0)
                Enqueue(node);

        order = [];
        while (ready.TryDequeue(out var node, out _))
        {
            // Queued a second time when it became the last reader of an input.
            if (!waiting.Remove(node))
                continue;
            if (node.Operation is not Leaf && !node.Operation.IsView)
                order.Add(node);
            foreach (var successor in successors[node])
                if (--waiting[successor] == 0)
                    Enqueue(successor);
            foreach (var last in growth.Run(node))
                if (waiting[last] == 0)
                    Enqueue(last);
        }

        stuck = [.. targets.Where(target => waiting.ContainsKey(target.Key.Node)).Select(target => target.Value)];
        return waiting.Count == 0;

        void Enqueue(Node node) => ready.Enqueue(node, (growth.Of(node) > Negligible, node.Order));
    }

    private static IEnumerable<Node> Readers(IReadOnlyList<Node> nodes, Variable variable) =>
        nodes.Where(node => !node.Operation.IsView && node.Inputs.Any(input => Reads(input, variable)));

    private static bool Reads(Tensor tensor, Variable variable) =>
        Root(tensor).Node.Operation is ReadVariable read && read.Variable == variable;

    private static bool MayUpdateInPlace(Tensor root, Variable variable) =>
        Enumerable.Range(0, root.Node.Inputs.Count)
            .Where(input => Reads(root.Node.Inputs[input], variable))
            .All(input => root.Node.Operation.MayOverwrite(root.Index, input) && root.Node.Inputs[input].Shape.ElementCount == root.Shape.ElementCount);
}
