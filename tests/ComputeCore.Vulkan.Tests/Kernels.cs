using ComputeCore.Kernels;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Kernels over floats, written in SPIR-V by hand.</summary>
internal static class Kernels
{
    private static readonly KernelParameter Factor = new("factor", typeof(float), false, 0, 4);

    /// <summary>y[i] = x[i] * factor.</summary>
    public static KernelMethod Scale { get; } = Define("Scale", ["x", "y"], """
        %from = OpAccessChain %element %x %zero %i
        %to = OpAccessChain %element %y %zero %i
        %value = OpLoad %float %from
        %scaled = OpFMul %float %value %factor
        OpStore %to %scaled
        """);

    /// <summary>x[i] = x[i] * factor + 1.</summary>
    public static KernelMethod Advance { get; } = Define("Advance", ["x"], """
        %at = OpAccessChain %element %x %zero %i
        %value = OpLoad %float %at
        %scaled = OpFMul %float %value %factor
        %next = OpFAdd %float %scaled %one
        OpStore %at %next
        """);

    /// <summary>y[i] = a[i] + factor * b[i].</summary>
    public static KernelMethod Combine { get; } = Define("Combine", ["a", "b", "y"], """
        %ofA = OpAccessChain %element %a %zero %i
        %ofB = OpAccessChain %element %b %zero %i
        %ofY = OpAccessChain %element %y %zero %i
        %valueA = OpLoad %float %ofA
        %valueB = OpLoad %float %ofB
        %scaled = OpFMul %float %valueB %factor
        %sum = OpFAdd %float %valueA %scaled
        OpStore %ofY %sum
        """);

    /// <summary>Takes <paramref name="floats"/> floats of shared memory for a group.</summary>
    public static KernelMethod Shared(int floats) => Define("Shared", ["x"], """
        %at = OpAccessChain %element %x %zero %i
        %inner = OpAccessChain %sharedElement %shared %uintZero
        %value = OpLoad %float %at
        OpStore %inner %value
        """, declarations: $"""
        %floats = OpConstant %uint {floats}
        %sharedArray = OpTypeArray %float %floats
        %sharedPointer = OpTypePointer Workgroup %sharedArray
        %sharedElement = OpTypePointer Workgroup %float
        %shared = OpVariable %sharedPointer Workgroup
        """);

    /// <summary>Declares a capability that few devices have.</summary>
    public static KernelMethod Demanding { get; } = Define("Demanding", ["x"], "", capabilities: """
        OpCapability ShaderClockKHR
        OpExtension "SPV_KHR_shader_clock"
        """);

    /// <summary>Puts a module of storage buffers of floats and one scalar together; %i is the work-item, %factor the scalar.</summary>
    public static KernelMethod Define(string name, string[] views, string body, string declarations = "", string functions = "", string capabilities = "")
    {
        var module = $$"""
            OpCapability Shader
            {{capabilities}}
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main" %id
            OpExecutionMode %main LocalSize 1 1 1
            OpDecorate %id BuiltIn GlobalInvocationId
            OpDecorate %sizeX SpecId 0
            OpDecorate %sizeY SpecId 1
            OpDecorate %sizeZ SpecId 2
            OpDecorate %size BuiltIn WorkgroupSize
            OpDecorate %array ArrayStride 4
            OpDecorate %block Block
            OpMemberDecorate %block 0 Offset 0
            OpDecorate %scalars Block
            OpMemberDecorate %scalars 0 Offset 0
            {{string.Join('\n', views.Select((view, index) => $"OpDecorate %{view} DescriptorSet 0\nOpDecorate %{view} Binding {index}"))}}
            %void = OpTypeVoid
            %bool = OpTypeBool
            %int = OpTypeInt 32 1
            %uint = OpTypeInt 32 0
            %float = OpTypeFloat 32
            %zero = OpConstant %int 0
            %uintZero = OpConstant %uint 0
            %one = OpConstant %float 1
            %uint3 = OpTypeVector %uint 3
            %idPointer = OpTypePointer Input %uint3
            %id = OpVariable %idPointer Input
            %sizeX = OpSpecConstant %uint 1
            %sizeY = OpSpecConstant %uint 1
            %sizeZ = OpSpecConstant %uint 1
            %size = OpSpecConstantComposite %uint3 %sizeX %sizeY %sizeZ
            %array = OpTypeRuntimeArray %float
            %block = OpTypeStruct %array
            %blockPointer = OpTypePointer StorageBuffer %block
            %element = OpTypePointer StorageBuffer %float
            {{string.Join('\n', views.Select(view => $"%{view} = OpVariable %blockPointer StorageBuffer"))}}
            %scalars = OpTypeStruct %float
            %scalarsPointer = OpTypePointer PushConstant %scalars
            %scalarPointer = OpTypePointer PushConstant %float
            %push = OpVariable %scalarsPointer PushConstant
            {{declarations}}
            %function = OpTypeFunction %void
            %main = OpFunction %void None %function
            %start = OpLabel
            %idValue = OpLoad %uint3 %id
            %i = OpCompositeExtract %uint %idValue 0
            %factorPointer = OpAccessChain %scalarPointer %push %zero
            %factor = OpLoad %float %factorPointer
            %length = OpArrayLength %uint %{{views[^1]}} 0
            %inside = OpULessThan %bool %i %length
            OpSelectionMerge %end None
            OpBranchConditional %inside %work %end
            %work = OpLabel
            {{body}}
            OpBranch %end
            %end = OpLabel
            OpReturn
            OpFunctionEnd
            {{functions}}
            """;
        return new KernelMethod(
            $"{nameof(Kernels)}.{name}",
            [.. views.Select((view, index) => new KernelParameter(view, typeof(float), true, index, 4)), Factor],
            () => throw new NotSupportedException("This kernel exists as SPIR-V only."),
            () => SpirvAssembler.Assemble(module));
    }

    /// <summary>A launch over as many work-items as the last view has elements, in groups of 64.</summary>
    public static KernelDispatch Over(this KernelMethod method, float factor, params DeviceView<float>[] views) => new(
        method,
        Extent.Cover(views[^1].Length, 64),
        64,
        [.. views.Select(KernelArgument.View), KernelArgument.Value(factor)]);
}
