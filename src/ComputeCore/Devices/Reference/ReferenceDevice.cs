using ComputeCore.Graphs;
using ComputeCore.Graphs.Passes;

namespace ComputeCore.Devices.Reference;

/// <summary>
/// The oracle: every operation by its definition in float64. All element types are kept as doubles, integers exact up to 2^53.
/// It runs the graph as it was traced, without any pass, so that it shares no code with what it checks.
/// </summary>
internal sealed class ReferenceDevice : Device
{
    /// <summary>What it is, in words.</summary>
    public const string Summary = "every operation in float64 with naive loops: the oracle for tests";

    public override string Name => "reference";

    public override string Description => Summary;

    internal override IReadOnlyList<GraphPass> Passes => [];

    internal override long SizeInBytes(TensorType type) => type.Shape.ElementCount * sizeof(double);

    internal override DeviceKernel Lower(Node node) => new ReferenceKernel();

    internal override DeviceProgram Link(IReadOnlyList<KernelLaunch> launches) => new ReferenceProgram(launches);

    internal override DeviceMemory Allocate(long bytes)
    {
        var memory = new ReferenceMemory(this, bytes);
        Account(bytes);
        return memory;
    }

    private sealed class ReferenceKernel : DeviceKernel;

    private sealed class ReferenceMemory(Device device, long bytes) : DeviceMemory(device, bytes)
    {
        private double[] values = new double[(bytes + 7) / 8];

        public Memory<double> At(MemorySlice slice) => values.AsMemory((int)(slice.Offset / 8), (int)slice.Type.Shape.ElementCount);

        public override void Write(long offset, ElementType type, ReadOnlySpan<byte> source) =>
            ElementConversion.ToDoubles(type, source, values.AsSpan((int)(offset / 8), source.Length / type.SizeInBytes()));

        public override void Read(long offset, ElementType type, Span<byte> destination) =>
            ElementConversion.FromDoubles(type, values.AsSpan((int)(offset / 8), destination.Length / type.SizeInBytes()), destination);

        protected override void Release() => values = [];
    }

    private sealed class ReferenceProgram(IReadOnlyList<KernelLaunch> launches) : DeviceProgram
    {
        private readonly (KernelLaunch Launch, ReferenceArguments Arguments)[] steps =
            [.. launches.Select(launch => (launch, new ReferenceArguments(Tensors(launch.Inputs), Tensors(launch.Outputs))))];

        public override void Run(Action<KernelLaunch>? inspect = null)
        {
            foreach (var (launch, arguments) in steps)
            {
                launch.Node.Operation.Evaluate(arguments);
                inspect?.Invoke(launch);
            }
        }

        private static ReferenceTensor[] Tensors(MemorySlice[] slices) =>
            [.. slices.Select(slice => new ReferenceTensor(slice.Type, ((ReferenceMemory)slice.Memory).At(slice)))];
    }
}
