using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking;

/// <summary>What launches cost, from their operations and types.</summary>
internal static class Cost
{
    /// <summary>Floating-point operations of one run.</summary>
    public static double Flops(Executable executable) => executable.Launches.Sum(Flops);

    /// <summary>Bytes that the launches of one run read and write, each tensor once a launch.</summary>
    public static double Bytes(Executable executable) => executable.Launches.Sum(Bytes);

    public static double Flops(KernelLaunch launch) => launch.Node.Operation.Flops(
        [.. launch.Node.Inputs.Select(input => input.Type)], [.. launch.Node.Outputs.Select(output => output.Type)]);

    // Of the table that it selects from, a selection reads as much as it writes.
    public static double Bytes(KernelLaunch launch)
    {
        var selection = launch.Node.Operation is IndexSelect or Gather;
        double written = launch.Node.Outputs.Sum(tensor => tensor.Type.SizeInBytes);
        return written + launch.Node.Inputs.Select((tensor, i) => selection && i == 0 ? written : tensor.Type.SizeInBytes).Sum();
    }
}
