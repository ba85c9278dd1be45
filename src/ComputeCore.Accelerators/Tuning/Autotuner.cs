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
/// Chooses among variants by running each once on memory of its own, and remembers the fastest for the device, the operation and
/// the class of shapes: extents rounded up to a power of two. <c>COMPUTECORE_AUTOTUNE=0</c> switches measuring off; what the cache
/// knows still holds, so that a device with its cache always gives the same bits.
/// </summary>
internal sealed class Autotuner(AcceleratorDevice device, TuningCache cache)
{
    // Below this a launch costs more than what it computes, and no variant can be told from another.
    private const double LeastFlops = 10e6;

    private const int Repeats = 3;

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
        var (best, leastSeconds) = (variants[0], double.PositiveInfinity);
        foreach (var variant in variants)
            if (Measure(node, variant.Kernel) is var seconds && seconds < leastSeconds)
                (best, leastSeconds) = (variant, seconds);
        return Named(cache.Settle(problem, best.Name, names), variants)!.Kernel;
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

    private double Measure(Node node, AcceleratorKernel kernel)
    {
        Measurements++;
        var memories = new List<DeviceMemory>();
        try
        {
            var launch = new KernelLaunch(
                node, kernel, [.. node.Inputs.Select(Allocate)], [.. node.Outputs.Select(Allocate)], new MemorySlice(Own(kernel.WorkspaceBytes), 0, default));
            using var program = device.Link([launch]);
            // The first run compiles, and fills caches.
            program.Run();
            var least = double.PositiveInfinity;
            for (var i = 0; i < Repeats; i++)
            {
                var start = Stopwatch.GetTimestamp();
                program.Run();
                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return least;
        }
        catch (DeviceException)
        {
            // This variant asks for more than the device has.
            return double.PositiveInfinity;
        }
        finally
        {
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
}
