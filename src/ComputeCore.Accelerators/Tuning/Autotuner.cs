using System.Diagnostics;
using System.Numerics;
using ComputeCore.Devices;
using ComputeCore.Graphs;

namespace ComputeCore.Accelerators.Tuning;

/// <summary>One way to compute an operation.</summary>
/// <param name="Name">What the cache remembers it by, such as the sizes of its tiles.</param>
/// <param name="Kernel">The dispatches.</param>
internal sealed record Variant(string Name, AcceleratorKernel Kernel);

/// <summary>
/// Chooses among variants by running each on memory of its own, by turns, and remembers the fastest for the device, the operation and
/// the class of shapes: extents rounded up to a power of two. <c>COMPUTECORE_AUTOTUNE=0</c> switches measuring off; what the cache
/// knows still holds, so that a device with its cache always gives the same bits.
/// </summary>
internal sealed class Autotuner(AcceleratorDevice device, TuningCache cache)
{
    // Below this a launch costs more than what it computes, and no variant can be told from another.
    private const double LeastFlops = 10e6;

    /// <summary>Variants that were timed so far.</summary>
    public int Measurements { get; private set; }

    /// <summary>The fastest of some variants for a node.</summary>
    /// <param name="node">The operation and its tensors.</param>
    /// <param name="variants">At least one; the first is taken where nothing is measured.</param>
    public AcceleratorKernel Choose(Node node, params ReadOnlySpan<Variant> variants)
    {
        if (variants.Length == 1 || Flops(node) < LeastFlops)
            return variants[0].Kernel;
        var problem = Problem(node);
        // Another version of the engine may have remembered a variant that there is no more.
        if (Named(cache.Find(problem), variants) is { } known)
            return known.Kernel;
        if (Environment.GetEnvironmentVariable("COMPUTECORE_AUTOTUNE") == "0")
            return variants[0].Kernel;

        string[] names = [.. variants.ToArray().Select(variant => variant.Name)];
        return Named(cache.Settle(problem, Fastest(node, variants).Name, names), variants)!.Kernel;
    }

    /// <summary>The operation with its attributes, and its shapes with each extent rounded up to a power of two.</summary>
    internal static string Problem(Node node) =>
        $"{node.Operation}: {string.Join(", ", node.Inputs.Select(input => $"{input.ElementType.ShortName()}[{string.Join(", ", input.Shape.Select(ShapeClass))}]"))}";

    private static Variant? Named(string? name, ReadOnlySpan<Variant> variants)
    {
        foreach (var variant in variants)
            if (variant.Name == name)
                return variant;
        return null;
    }

    private static int ShapeClass(int extent) => (int)BitOperations.RoundUpToPowerOf2((uint)extent);

    private static double Flops(Node node) =>
        node.Operation.Flops([.. node.Inputs.Select(input => input.Type)], [.. node.Outputs.Select(output => output.Type)]);

    private Variant Fastest(Node node, ReadOnlySpan<Variant> variants)
    {
        var memories = new List<DeviceMemory>();
        var contenders = new List<(Variant Variant, DeviceProgram Program)>();
        try
        {
            MemorySlice[] inputs = [.. node.Inputs.Select(Allocate)], outputs = [.. node.Outputs.Select(Allocate)];
            DeviceMemory? workspace = null;
            // From the largest workspace down, so that one memory serves all.
            foreach (var variant in variants.ToArray().OrderByDescending(variant => variant.Kernel.WorkspaceBytes))
            {
                Measurements++;
                DeviceProgram? program = null;
                try
                {
                    workspace ??= Own(variant.Kernel.WorkspaceBytes);
                    program = device.Link([new KernelLaunch(node, variant.Kernel, inputs, outputs, new(workspace, 0, default))]);
                    // The first run compiles, and fills caches.
                    program.Run();
                    contenders.Add((variant, program));
                }
                catch (DeviceException)
                {
                    // This variant asks for more than the device has.
                    program?.Dispose();
                }
            }

            return contenders.Count == 0 ? variants[0] : contenders[Race.Winner([.. contenders.Select(contender => Timed(contender.Program))])].Variant;
        }
        catch (DeviceException)
        {
            // There is no memory for these tensors a second time.
            return variants[0];
        }
        finally
        {
            foreach (var (_, program) in contenders)
                program.Dispose();
            foreach (var memory in memories)
                memory.Dispose();
        }

        MemorySlice Allocate(Tensor tensor) => new(Own(tensor.Type.SizeInBytes), 0, tensor.Type);

        DeviceMemory Own(long bytes)
        {
            memories.Add(device.Allocate(Math.Max(1, bytes)));
            return memories[^1];
        }
    }

    private static Func<double> Timed(DeviceProgram program) => () =>
    {
        var start = Stopwatch.GetTimestamp();
        program.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    };
}
