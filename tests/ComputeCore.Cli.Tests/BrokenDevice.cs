using ComputeCore.Devices;
using ComputeCore.Devices.Cpu;
using ComputeCore.Graphs;
using ComputeCore.Graphs.Passes;
using ComputeCore.Operations;

namespace ComputeCore.Cli.Tests;

/// <summary>The CPU with one kernel that is slightly wrong: the last element of each softmax is too large by 2e-5, twice the tolerance.</summary>
internal sealed class BrokenDevice : Device
{
    private readonly Device cpu = Open("cpu");

    public override string Name => "broken:0";

    public override string Description => "the CPU with a wrong softmax";

    internal override IReadOnlyList<GraphPass> Passes => cpu.Passes;

    internal override DeviceKernel Lower(Node node)
    {
        var kernel = (CpuKernel)cpu.Lower(node);
        return node.Operation is Softmax ? new CpuKernel(arguments => RunWrongly(kernel, arguments, node.Outputs[0].Shape.ElementCount)) { WorkspaceBytes = kernel.WorkspaceBytes } : kernel;
    }

    internal override DeviceProgram Link(IReadOnlyList<KernelLaunch> launches) => cpu.Link(launches);

    internal override DeviceMemory Allocate(long bytes) => cpu.Allocate(bytes);

    protected override void Dispose(bool disposing)
    {
        cpu.Dispose();
        base.Dispose(disposing);
    }

    private static unsafe void RunWrongly(CpuKernel kernel, CpuArguments arguments, long count)
    {
        kernel.Body(arguments);
        if (count > 0)
            arguments.Output<float>(0)[count - 1] += 2e-5f;
    }

    /// <summary>What makes it known as <c>broken:0</c>.</summary>
    public sealed class Family : DeviceFamily
    {
        public override string Kind => "broken";

        public override IReadOnlyList<DeviceDescription> List() => [new("broken:0", "broken", "the CPU with a wrong softmax", true, null)];

        public override Device Open(int index) => new BrokenDevice();
    }
}
