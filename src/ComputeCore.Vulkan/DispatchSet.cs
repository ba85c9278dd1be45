using ComputeCore.Devices;
using ComputeCore.Kernels;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Dispatches whose kernels are compiled and whose arguments are bound.</summary>
internal sealed unsafe class DispatchSet : IDisposable
{
    private readonly VulkanDevice device;
    private readonly LogicalDevice logical;
    private readonly DescriptorPool pool;

    /// <summary>Compiles the kernels and binds the arguments.</summary>
    /// <exception cref="DeviceException">The device can't run a kernel, or was given memory that is not its own.</exception>
    public DispatchSet(VulkanDevice device, IReadOnlyList<KernelDispatch> dispatches)
    {
        (this.device, logical) = (device, device.Logical);
        if (dispatches.Count > 0)
            pool = CreatePool(dispatches);
        try
        {
            Dispatches = [.. dispatches.Select(Prepare)];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>In the order they were given.</summary>
    public IReadOnlyList<PreparedDispatch> Dispatches { get; }

    public void Dispose() => logical.Api.DestroyDescriptorPool(logical.Handle, pool, null);

    private DescriptorPool CreatePool(IReadOnlyList<KernelDispatch> dispatches)
    {
        var views = dispatches.Sum(dispatch => dispatch.Method.Parameters.Count(parameter => parameter.IsView));
        var size = new DescriptorPoolSize(DescriptorType.StorageBuffer, (uint)Math.Max(1, views));
        var info = new DescriptorPoolCreateInfo(maxSets: (uint)dispatches.Count, poolSizeCount: 1, pPoolSizes: &size);
        DescriptorPool created;
        logical.Check(logical.Api.CreateDescriptorPool(logical.Handle, &info, null, &created), "Creating a descriptor pool");
        return created;
    }

    private PreparedDispatch Prepare(KernelDispatch dispatch)
    {
        var (kernel, pipeline) = device.Kernels.Load(dispatch.Method, dispatch.Group);
        var layout = kernel.SetLayout;
        var info = new DescriptorSetAllocateInfo(descriptorPool: pool, descriptorSetCount: 1, pSetLayouts: &layout);
        DescriptorSet set;
        logical.Check(logical.Api.AllocateDescriptorSets(logical.Handle, &info, &set), "Creating a descriptor set");

        var accesses = new List<MemoryAccess>();
        foreach (var (parameter, argument) in dispatch.Method.Parameters.Zip(dispatch.Arguments).Where(pair => pair.First.IsView))
        {
            var buffer = Locate(dispatch, parameter, argument);
            var write = new WriteDescriptorSet(
                dstSet: set, dstBinding: (uint)parameter.Slot, descriptorCount: 1, descriptorType: DescriptorType.StorageBuffer, pBufferInfo: &buffer);
            logical.Api.UpdateDescriptorSets(logical.Handle, 1, &write, 0, null);
            var (start, end) = ((long)buffer.Offset, (long)(buffer.Offset + buffer.Range));
            accesses.Add(new MemoryAccess(
                buffer.Buffer, start, end, kernel.Contents.Reads.Contains(parameter.Slot), kernel.Contents.Writes.Contains(parameter.Slot)));
        }

        var constants = new byte[kernel.PushConstantBytes];
        dispatch.PushConstants().CopyTo(constants, 0);
        return new PreparedDispatch(pipeline, kernel.Layout, set, constants, dispatch.Grid, accesses);
    }

    private DescriptorBufferInfo Locate(KernelDispatch dispatch, KernelParameter parameter, KernelArgument argument)
    {
        var subject = $"The kernel {dispatch.Method} is given as {parameter.Name}";
        if (argument.Memory is not VulkanMemory memory || memory.Device != device)
            throw new DeviceException($"{subject} memory that is not of the device {device.Name}; copy it there first.");
        ObjectDisposedException.ThrowIf(memory.IsReleased, memory);
        if (argument.Offset < 0 || argument.Bytes < 1 || argument.Offset + argument.Bytes > memory.Capacity)
            throw new DeviceException($"{subject} {argument.Bytes:N0} bytes from byte {argument.Offset:N0} on, of memory that has {memory.Bytes:N0}.");
        var limits = logical.Adapter.Limits;
        if (argument.Offset % (long)limits.MinStorageBufferOffsetAlignment != 0)
            throw new DeviceException($"{subject} a view that begins at byte {argument.Offset:N0} of its memory, but on {device.Name} views begin at multiples of {limits.MinStorageBufferOffsetAlignment} bytes; pass the whole view and an offset.");
        if (argument.Bytes > limits.MaxStorageBufferRange)
            throw new DeviceException($"{subject} a view of {argument.Bytes:N0} bytes, but the device {device.Name} takes at most {limits.MaxStorageBufferRange:N0} at once; use smaller tensors.");
        return new DescriptorBufferInfo(memory.Buffer, (ulong)(memory.Offset + argument.Offset), (ulong)argument.Bytes);
    }
}
