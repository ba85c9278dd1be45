using ComputeCore.Graphs;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>What an operation's kernels are chosen by.</summary>
internal sealed class LoweringContext(Node node, AcceleratorDevice device)
{
    /// <summary>The inputs' types.</summary>
    public IReadOnlyList<TensorType> Inputs { get; } = [.. node.Inputs.Select(input => input.Type)];

    /// <summary>The results' types.</summary>
    public IReadOnlyList<TensorType> Outputs { get; } = [.. node.Outputs.Select(output => output.Type)];

    /// <summary>The device.</summary>
    public AcceleratorDevice Device { get; } = device;
}
