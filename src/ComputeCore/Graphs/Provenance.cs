namespace ComputeCore.Graphs;

/// <summary>
/// Where a node comes from, for profiles: the variable that the code read last before it made the node, which is a parameter of the
/// layer at work or of the one before it, and whether the node is part of a gradient.
/// </summary>
internal readonly record struct Provenance(Variable? Variable, bool IsBackward)
{
    /// <summary>That of the nodes made now on this thread.</summary>
    [field: ThreadStatic]
    public static Provenance Current { get; set; }
}
