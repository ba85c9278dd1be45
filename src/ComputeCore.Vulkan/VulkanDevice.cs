using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Kernels;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>A device reached through Vulkan: <c>vulkan:0</c>, <c>vulkan:1</c>, in the drivers' order.</summary>
public sealed class VulkanDevice : AcceleratorDevice
{
    private readonly VulkanInstance instance;
    private readonly HashSet<VulkanProgram> programs = [];

    /// <summary>Opens a device.</summary>
    /// <param name="api">The loader.</param>
    /// <param name="index">The device's number among those of all drivers.</param>
    /// <param name="options">How to open it.</param>
    /// <exception cref="DeviceException">There is no such device, or it can't be used; the message says why.</exception>
    internal VulkanDevice(Vk api, int index, VulkanOptions options)
    {
        instance = new VulkanInstance(api, options.Validate);
        try
        {
            if (instance.Adapters().ElementAtOrDefault(index) is not { } adapter)
                throw new DeviceException($"There is no device vulkan:{index}: it was removed, or its driver does not start.");
            if (adapter.Reason is { } reason)
                throw new DeviceException($"The device {adapter.Name} ({adapter.Description}) can't be used: {reason}.");

            Logical = new LogicalDevice(instance, adapter);
            var unified = options.UseUnifiedMemory && MemoryKinds.IsUnified(adapter);
            Allocator = new MemoryAllocator(Logical, unified, options.MemoryLimit);
            Staging = unified ? null : new StagingBuffer(Logical);
            Kernels = new KernelLibrary(Logical, options.CacheFolder);
            Limits = LimitsOf(adapter.Limits);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Name => Logical.Adapter.Name;

    /// <inheritdoc/>
    public override string Description => Logical.Adapter.Description;

    /// <inheritdoc/>
    public override AcceleratorLimits Limits { get; }

    internal LogicalDevice Logical { get; }

    internal MemoryAllocator Allocator { get; }

    /// <summary>For memory that the host can't see; null if it sees all.</summary>
    internal StagingBuffer? Staging { get; }

    internal KernelLibrary Kernels { get; }

    /// <summary>Whether the device was closed, and everything on it is gone.</summary>
    internal bool IsClosed { get; private set; }

    internal override AcceleratorMemory Allocate(long bytes)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new VulkanMemory(this, bytes);
    }

    internal override void RunOnce(KernelDispatch dispatch)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        using var set = new DispatchSet(this, [dispatch]);
        using var commands = new CommandList(Logical);
        DispatchRecorder.Record(Logical.Api, commands, set.Dispatches);
        commands.Run();
    }

    internal override AcceleratorProgram Record(IReadOnlyList<RecordedLaunch> launches, IReadOnlyList<AcceleratorMemory> tables)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new VulkanProgram(this, launches, tables);
    }

    /// <summary>Closes a program with the device, should it still be open then.</summary>
    internal void Adopt(VulkanProgram program)
    {
        lock (programs)
            programs.Add(program);
    }

    /// <summary>Forgets a program that was closed.</summary>
    internal void Abandon(VulkanProgram program)
    {
        lock (programs)
            programs.Remove(program);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (IsClosed)
            return;
        IsClosed = true;
        base.Dispose(disposing);
        Close();
    }

    // Also closes what a failed constructor left behind.
    private void Close()
    {
        VulkanProgram[] left = [.. programs];
        foreach (var program in left)
            program.Dispose();
        Kernels?.Dispose();
        Staging?.Dispose();
        Allocator?.Dispose();
        Logical?.Dispose();
        try
        {
            instance.Validation?.ThrowIfAny();
        }
        finally
        {
            instance.Dispose();
        }
    }

    private static unsafe AcceleratorLimits LimitsOf(PhysicalDeviceLimits limits) => new(
        Clamp(limits.MaxComputeWorkGroupInvocations),
        new(Clamp(limits.MaxComputeWorkGroupSize[0]), Clamp(limits.MaxComputeWorkGroupSize[1]), Clamp(limits.MaxComputeWorkGroupSize[2])),
        new(Clamp(limits.MaxComputeWorkGroupCount[0]), Clamp(limits.MaxComputeWorkGroupCount[1]), Clamp(limits.MaxComputeWorkGroupCount[2])),
        Clamp(limits.MaxComputeSharedMemorySize));

    private static int Clamp(uint limit) => (int)Math.Min(limit, int.MaxValue);
}
