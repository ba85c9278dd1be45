using ComputeCore.Graphs;

namespace ComputeCore.Operations;

/// <summary>What a gradient rule works with: an application of the operation, and the loss's gradients at its outputs.</summary>
internal sealed class Differential(Node node, IReadOnlyList<Tensor?> outputGradients)
{
    /// <summary>The inputs of the application.</summary>
    public IReadOnlyList<Tensor> Inputs => node.Inputs;

    /// <summary>Its results.</summary>
    public IReadOnlyList<Tensor> Outputs => node.Outputs;

    /// <summary>The first input.</summary>
    public Tensor X => node.Inputs[0];

    /// <summary>The first result.</summary>
    public Tensor Y => node.Outputs[0];

    /// <summary>The gradients at the results; null for one that the loss does not depend on.</summary>
    public IReadOnlyList<Tensor?> OutputGradients => outputGradients;

    /// <summary>The gradient at the first result; gradient rules run only for nodes whose first result has one.</summary>
    public Tensor Dy => outputGradients[0] ?? throw new InvalidOperationException($"The first result of {node.Operation.Name} has no gradient.");
}
