namespace ComputeCore.Graphs.Passes;

/// <summary>A rewriting of graphs that keeps their meaning.</summary>
internal abstract class GraphPass
{
    /// <summary>The rewritten graph.</summary>
    public abstract Graph Run(Graph graph);
}
