using ComputeCore.Devices;
using ComputeCore.Kernels;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>A kernel on a device: its module and the layout of its arguments, and a pipeline for each size of group it is run with.</summary>
internal sealed unsafe class ComputeKernel : IDisposable
{
    private readonly LogicalDevice device;
    private readonly PipelineCache cache;
    private readonly ShaderModule module;
    private readonly Dictionary<Extent, Pipeline> pipelines = [];

    /// <summary>Hands a kernel to the driver.</summary>
    /// <exception cref="DeviceException">The device lacks something that the kernel needs; names both.</exception>
    public ComputeKernel(LogicalDevice device, PipelineCache cache, KernelMethod method)
    {
        (this.device, this.cache, Method) = (device, cache, method);
        var spirv = method.Spirv.Span;
        Contents = new SpirvModule(method.Name, spirv);
        var scalars = method.Parameters.Where(parameter => !parameter.IsView);
        PushConstantBytes = (scalars.Select(parameter => parameter.Slot + parameter.Size).DefaultIfEmpty().Max() + 3) / 4 * 4;
        CheckNeeds();
        try
        {
            fixed (byte* code = spirv)
            {
                var info = new ShaderModuleCreateInfo(codeSize: (nuint)spirv.Length, pCode: (uint*)code);
                ShaderModule created;
                device.Check(device.Api.CreateShaderModule(device.Handle, &info, null, &created), $"Loading the kernel {method}");
                module = created;
            }

            SetLayout = CreateSetLayout();
            Layout = CreateLayout();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The kernel.</summary>
    public KernelMethod Method { get; }

    /// <summary>What the module says of the kernel.</summary>
    public SpirvModule Contents { get; }

    /// <summary>The storage buffers that the kernel takes.</summary>
    public DescriptorSetLayout SetLayout { get; }

    /// <summary>All arguments that the kernel takes.</summary>
    public PipelineLayout Layout { get; }

    /// <summary>Bytes of the scalars, in whole words, as Vulkan asks for.</summary>
    public int PushConstantBytes { get; }

    /// <summary>The compiled kernel for groups of a size.</summary>
    public Pipeline PipelineFor(Extent group)
    {
        if (!pipelines.TryGetValue(group, out var pipeline))
            pipelines[group] = pipeline = Compile(group);
        return pipeline;
    }

    public void Dispose()
    {
        var (api, handle) = (device.Api, device.Handle);
        foreach (var pipeline in pipelines.Values)
            api.DestroyPipeline(handle, pipeline, null);
        api.DestroyPipelineLayout(handle, Layout, null);
        api.DestroyDescriptorSetLayout(handle, SetLayout, null);
        api.DestroyShaderModule(handle, module, null);
    }

    private void CheckNeeds()
    {
        var adapter = device.Adapter;
        Capabilities.Check(Method.Name, Contents, adapter);
        if (Contents.SharedBytes > adapter.Limits.MaxComputeSharedMemorySize)
            throw new DeviceException($"The kernel {Method} needs {Contents.SharedBytes:N0} bytes of shared memory for a group, but the device {adapter.Name} has {adapter.Limits.MaxComputeSharedMemorySize:N0}; use smaller tiles.");
        if (PushConstantBytes > adapter.Limits.MaxPushConstantsSize)
            throw new DeviceException($"The kernel {Method} takes {PushConstantBytes} bytes of scalars, but the device {adapter.Name} takes {adapter.Limits.MaxPushConstantsSize}; pass them in a view.");
        var views = Method.Parameters.Count(parameter => parameter.IsView);
        if (views > adapter.Limits.MaxPerStageDescriptorStorageBuffers)
            throw new DeviceException($"The kernel {Method} takes {views} views, but the device {adapter.Name} takes {adapter.Limits.MaxPerStageDescriptorStorageBuffers}; put several into one.");
    }

    private DescriptorSetLayout CreateSetLayout()
    {
        DescriptorSetLayoutBinding[] bindings = [.. Method.Parameters
            .Where(parameter => parameter.IsView)
            .Select(view => new DescriptorSetLayoutBinding((uint)view.Slot, DescriptorType.StorageBuffer, 1, ShaderStageFlags.ComputeBit))];
        fixed (DescriptorSetLayoutBinding* first = bindings)
        {
            var info = new DescriptorSetLayoutCreateInfo(bindingCount: (uint)bindings.Length, pBindings: first);
            DescriptorSetLayout created;
            device.Check(device.Api.CreateDescriptorSetLayout(device.Handle, &info, null, &created), $"Loading the kernel {Method}");
            return created;
        }
    }

    private PipelineLayout CreateLayout()
    {
        var set = SetLayout;
        var constants = new PushConstantRange(ShaderStageFlags.ComputeBit, 0, (uint)PushConstantBytes);
        var info = new PipelineLayoutCreateInfo(
            setLayoutCount: 1,
            pSetLayouts: &set,
            pushConstantRangeCount: constants.Size == 0 ? 0u : 1u,
            pPushConstantRanges: &constants);
        PipelineLayout created;
        device.Check(device.Api.CreatePipelineLayout(device.Handle, &info, null, &created), $"Loading the kernel {Method}");
        return created;
    }

    private Pipeline Compile(Extent group)
    {
        // Specialization constants 0, 1 and 2 are the group's size.
        var size = stackalloc int[] { group.X, group.Y, group.Z };
        var entries = stackalloc SpecializationMapEntry[] { new(0, 0, 4), new(1, 4, 4), new(2, 8, 4) };
        var specialization = new SpecializationInfo(3, entries, 12, size);
        fixed (byte* name = "main\0"u8)
        {
            var stage = new PipelineShaderStageCreateInfo(
                stage: ShaderStageFlags.ComputeBit, module: module, pName: name, pSpecializationInfo: &specialization);
            var info = new ComputePipelineCreateInfo(stage: stage, layout: Layout);
            Pipeline created;
            device.Check(device.Api.CreateComputePipelines(device.Handle, cache, 1, &info, null, &created), $"Compiling the kernel {Method}");
            return created;
        }
    }
}
