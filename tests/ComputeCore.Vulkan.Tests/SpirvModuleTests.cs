using ComputeCore.Kernels;
using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>What a module says of itself.</summary>
public class SpirvModuleTests
{
    [Test]
    public void Buffers_that_are_read_and_written_are_told_apart()
    {
        Check(Kernels.Scale, reads: [0], writes: [1]);
        Check(Kernels.Advance, reads: [0], writes: [0]);
        Check(Kernels.Combine, reads: [0, 1], writes: [2]);
        Check(Kernels.Shared(10), reads: [0], writes: []);
    }

    [Test]
    public void A_buffer_of_which_only_the_length_is_asked_is_neither_read_nor_written() => Check(Kernels.Define("Length", ["x", "y"], """
        %count = OpArrayLength %uint %x 0
        %real = OpConvertUToF %float %count
        %at = OpAccessChain %element %y %zero %i
        OpStore %at %real
        """), reads: [], writes: [1]);

    [Test]
    public void Atomics_read_and_write() => Check(Kernels.Define("Atomic", ["x"], """
        %at = OpAccessChain %element %x %zero %i
        %old = OpAtomicExchange %float %at %uintOne %uintZero %factor
        """, declarations: "%uintOne = OpConstant %uint 1"), reads: [0], writes: [0]);

    [Test]
    public void Buffers_are_followed_into_functions() => Check(Kernels.Define("Calls", ["x", "y"], """
        %done = OpFunctionCall %void %copy %y %x %i
        """, functions: """
        %copy = OpFunction %void None %copyType
        %to = OpFunctionParameter %blockPointer
        %from = OpFunctionParameter %blockPointer
        %index = OpFunctionParameter %uint
        %copyStart = OpLabel
        %inner = OpFunctionCall %float %get %from %index
        %target = OpAccessChain %element %to %zero %index
        OpStore %target %inner
        OpReturn
        OpFunctionEnd
        %get = OpFunction %float None %getType
        %source = OpFunctionParameter %blockPointer
        %position = OpFunctionParameter %uint
        %getStart = OpLabel
        %place = OpAccessChain %element %source %zero %position
        %got = OpLoad %float %place
        OpReturnValue %got
        OpFunctionEnd
        """, declarations: """
        %copyType = OpTypeFunction %void %blockPointer %blockPointer %uint
        %getType = OpTypeFunction %float %blockPointer %uint
        """, capabilities: "OpCapability VariablePointersStorageBuffer"), reads: [0], writes: [1]);

    [Test]
    public void Shared_memory_is_counted() =>
        Assert.That(Read(Kernels.Shared(300)).SharedBytes, Is.EqualTo(1200));

    [Test]
    public void Capabilities_are_listed() =>
        Assert.That(Read(Kernels.Demanding).Capabilities, Is.EqualTo(new uint[] { 1, 5055 }));

    private static void Check(KernelMethod kernel, int[] reads, int[] writes)
    {
        var module = Read(kernel);
        Assert.That(module.Reads, Is.EquivalentTo(reads));
        Assert.That(module.Writes, Is.EquivalentTo(writes));
    }

    private static SpirvModule Read(KernelMethod kernel) => new(kernel.Name, kernel.Spirv.Span);
}
