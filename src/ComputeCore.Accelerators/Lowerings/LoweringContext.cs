using ComputeCore.Accelerators.Tuning;
using ComputeCore.Graphs;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>What an operation's kernels are chosen by.</summary>
internal sealed class LoweringContext(Node node, AcceleratorDevice device)
{
    /// <summary>The inputs' types.</summary>
    public IReadOnlyList<TensorType> Inputs { get; } = [.. node.Inputs.Select(input => input.Type)];

    /// <summary>The results' types.</summary>
    public IReadOnlyList<TensorType> Outputs { get; } = [.. node.Outputs.Select(output => output.Type)];

    /// <summary>What a kernel may use on the device.</summary>
    public AcceleratorLimits Limits => device.Limits;

    /// <summary>The variant that is fastest on the device; see <see cref="Autotuner.Choose"/>.</summary>
    public AcceleratorKernel Fastest(params ReadOnlySpan<Variant> variants) => device.Tuner.Choose(node, variants);
}
