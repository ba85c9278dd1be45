using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>The operations that accelerators can run, and how each becomes kernels. Each family of operations adds its own.</summary>
internal sealed class LoweringTable
{
    private static readonly LoweringTable Known = Build();

    private readonly Dictionary<Type, Func<Operation, LoweringContext, AcceleratorKernel>> lowerings = [];

    /// <summary>Whether accelerators have kernels for an operation of this type.</summary>
    public static bool Handles(Type operation) => Find(operation) is not null;

    /// <summary>Chooses the kernels that compute a node.</summary>
    /// <exception cref="DeviceException">There are none.</exception>
    public static AcceleratorKernel Lower(Node node, AcceleratorDevice device)
    {
        if (Find(node.Operation.GetType()) is not { } lower)
            throw new DeviceException($"The device {device.Name} has no kernel for the operation {node.Operation.Name}.");
        // Where there is nothing to compute, there is nothing to launch.
        return node.Outputs.All(output => output.Type.Shape.ElementCount == 0)
            ? new AcceleratorKernel(_ => [])
            : lower(node.Operation, new LoweringContext(node, device));
    }

    /// <summary>Adds how an operation, or every operation derived from it, becomes kernels.</summary>
    public void Add<TOperation>(Func<TOperation, LoweringContext, AcceleratorKernel> lower)
        where TOperation : Operation =>
        lowerings.Add(typeof(TOperation), (operation, context) => lower((TOperation)operation, context));

    private static Func<Operation, LoweringContext, AcceleratorKernel>? Find(Type? operation)
    {
        for (; operation is not null; operation = operation.BaseType)
            if (Known.lowerings.TryGetValue(operation, out var lower))
                return lower;
        return null;
    }

    private static LoweringTable Build()
    {
        var table = new LoweringTable();
        ElementwiseLowerings.AddTo(table);
        ReductionLowerings.AddTo(table);
        MovementLowerings.AddTo(table);
        IndexingLowerings.AddTo(table);
        PoolingLowerings.AddTo(table);
        SoftmaxLowerings.AddTo(table);
        LossLowerings.AddTo(table);
        OptimizerLowerings.AddTo(table);
        RandomLowerings.AddTo(table);
        LinearAlgebraLowerings.AddTo(table);
        ConvolutionLowerings.AddTo(table);
        NormalizationLowerings.AddTo(table);
        AttentionLowerings.AddTo(table);
        return table;
    }
}
