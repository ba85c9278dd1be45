using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>Who a work-item is among the others, and waiting for them: <c>Group</c>, <c>Grid</c>, <c>Warp</c>.</summary>
internal static class ThreadIntrinsics
{
    public static readonly Dictionary<string, IntrinsicCode> All = new(StringComparer.Ordinal)
    {
        ["ILGPU.Group.get_IdxX"] = call => Component(call, BuiltIn.LocalInvocationId, 0),
        ["ILGPU.Group.get_IdxY"] = call => Component(call, BuiltIn.LocalInvocationId, 1),
        ["ILGPU.Group.get_IdxZ"] = call => Component(call, BuiltIn.LocalInvocationId, 2),
        ["ILGPU.Group.get_Index"] = call => Triple(call, BuiltIn.LocalInvocationId),
        ["ILGPU.Group.get_DimX"] = call => GroupDimension(call, 0),
        ["ILGPU.Group.get_DimY"] = call => GroupDimension(call, 1),
        ["ILGPU.Group.get_DimZ"] = call => GroupDimension(call, 2),
        ["ILGPU.Group.get_Dimension"] = call => call.Function.Compose((StructType)call.Result, i => GroupDimension(call, i)),
        ["ILGPU.Group.get_LinearIndex"] = GroupLinearIndex,
        ["ILGPU.Group.get_IsFirstThread"] = call => IsEqual(call, GroupLinearIndex(call).Id, call.Builder.Constant(0)),
        ["ILGPU.Grid.get_IdxX"] = call => Component(call, BuiltIn.WorkgroupId, 0),
        ["ILGPU.Grid.get_IdxY"] = call => Component(call, BuiltIn.WorkgroupId, 1),
        ["ILGPU.Grid.get_IdxZ"] = call => Component(call, BuiltIn.WorkgroupId, 2),
        ["ILGPU.Grid.get_Index"] = call => Triple(call, BuiltIn.WorkgroupId),
        ["ILGPU.Grid.get_DimX"] = call => Component(call, BuiltIn.NumWorkgroups, 0),
        ["ILGPU.Grid.get_DimY"] = call => Component(call, BuiltIn.NumWorkgroups, 1),
        ["ILGPU.Grid.get_DimZ"] = call => Component(call, BuiltIn.NumWorkgroups, 2),
        ["ILGPU.Grid.get_Dimension"] = call => Triple(call, BuiltIn.NumWorkgroups),
        ["ILGPU.Grid.get_GlobalIndex"] = call => Triple(call, BuiltIn.GlobalInvocationId),
        ["ILGPU.Grid.get_LinearIndex"] = GridLinearIndex,
        ["ILGPU.Grid.get_GlobalLinearIndex"] = GlobalLinearIndex,
        ["ILGPU.Group.Barrier"] = call => Barrier(call, Scope.Workgroup),
        ["ILGPU.Warp.get_LaneIdx"] = call => Single(call, BuiltIn.SubgroupLocalInvocationId),
        ["ILGPU.Warp.get_WarpSize"] = call => Single(call, BuiltIn.SubgroupSize),
        ["ILGPU.Warp.get_IsFirstLane"] = call => IsEqual(call, Single(call, BuiltIn.SubgroupLocalInvocationId).Id, call.Builder.Constant(0)),
        ["ILGPU.Warp.Barrier"] = call => Barrier(call, Scope.Subgroup),
        ["ILGPU.Warp.Shuffle"] = call => Shuffle(call, Op.GroupNonUniformShuffle, Capability.GroupNonUniformShuffle),
        ["ILGPU.Warp.ShuffleXor"] = call => Shuffle(call, Op.GroupNonUniformShuffleXor, Capability.GroupNonUniformShuffle),
        ["ILGPU.Warp.ShuffleUp"] = call => Shuffle(call, Op.GroupNonUniformShuffleUp, Capability.GroupNonUniformShuffleRelative),
        ["ILGPU.Warp.ShuffleDown"] = call => Shuffle(call, Op.GroupNonUniformShuffleDown, Capability.GroupNonUniformShuffleRelative),
        ["ILGPU.Warp.Broadcast"] = call => Shuffle(call, Op.GroupNonUniformShuffle, Capability.GroupNonUniformShuffle),
        ["ILGPU.MemoryFence.GroupLevel"] = call => Fence(call, Scope.Workgroup),
        ["ILGPU.MemoryFence.DeviceLevel"] = call => Fence(call, Scope.Device),
    };

    private static Value Component(IntrinsicCall call, BuiltIn builtIn, int component)
    {
        var integer = call.Builder.Int(32);
        var pointer = call.Code.Add(
            Op.AccessChain, call.Builder.Pointer(StorageClass.Input, integer), call.Function.Module.Input(builtIn), call.Builder.Constant(component));
        return Value.Of(call.Code.Add(Op.Load, integer, pointer), ScalarType.I32);
    }

    private static Value Triple(IntrinsicCall call, BuiltIn builtIn) => call.Function.Compose((StructType)call.Result, i => Component(call, builtIn, i));

    private static Value Single(IntrinsicCall call, BuiltIn builtIn) =>
        Value.Of(call.Code.Add(Op.Load, call.Builder.Int(32), call.Function.Module.Input(builtIn)), ScalarType.I32);

    private static Value GroupDimension(IntrinsicCall call, int dimension) => Value.Of(call.Function.Module.GroupDimension(dimension), ScalarType.I32);

    private static Value GroupLinearIndex(IntrinsicCall call) => Linear(
        call, i => Component(call, BuiltIn.LocalInvocationId, i).Id, i => GroupDimension(call, i).Id);

    private static Value GridLinearIndex(IntrinsicCall call) => Linear(
        call, i => Component(call, BuiltIn.WorkgroupId, i).Id, i => Component(call, BuiltIn.NumWorkgroups, i).Id);

    // As ILGPU has it: work-items are counted group by group.
    private static Value GlobalLinearIndex(IntrinsicCall call)
    {
        var integer = call.Builder.Int(32);
        var plane = call.Code.Add(Op.IMul, integer, GroupDimension(call, 0).Id, GroupDimension(call, 1).Id);
        var size = call.Code.Add(Op.IMul, integer, plane, GroupDimension(call, 2).Id);
        var before = call.Code.Add(Op.IMul, integer, GridLinearIndex(call).Id, size);
        return Value.Of(call.Code.Add(Op.IAdd, integer, before, GroupLinearIndex(call).Id), ScalarType.I32);
    }

    private static Value Linear(IntrinsicCall call, Func<int, uint> index, Func<int, uint> dimension)
    {
        var integer = call.Builder.Int(32);
        var row = call.Code.Add(Op.IAdd, integer, call.Code.Add(Op.IMul, integer, index(2), dimension(1)), index(1));
        return Value.Of(call.Code.Add(Op.IAdd, integer, call.Code.Add(Op.IMul, integer, row, dimension(0)), index(0)), ScalarType.I32);
    }

    private static Value IsEqual(IntrinsicCall call, uint left, uint right) =>
        Value.Of(call.Code.Add(Op.IEqual, call.Builder.Bool, left, right), ScalarType.Bool);

    private static Value Barrier(IntrinsicCall call, Scope scope)
    {
        call.Code.Do(Op.ControlBarrier, Word(call, (uint)scope), Word(call, (uint)scope), Word(call, (uint)Ordered));
        if (scope == Scope.Subgroup)
            call.Builder.Add(Capability.GroupNonUniform);
        return new EmptyValue(VoidType.Instance);
    }

    private static Value Fence(IntrinsicCall call, Scope scope)
    {
        call.Code.Do(Op.MemoryBarrier, Word(call, (uint)scope), Word(call, (uint)Ordered));
        return new EmptyValue(VoidType.Instance);
    }

    private static MemorySemantics Ordered => MemorySemantics.AcquireRelease | MemorySemantics.UniformMemory | MemorySemantics.WorkgroupMemory;

    private static Value Shuffle(IntrinsicCall call, Op op, Capability capability)
    {
        if (call.Count != 2)
            throw call.Unsupported("a shuffle among part of a warp", "a shuffle of the whole warp");
        if (call.Type() is not ScalarType)
            throw call.Unsupported("a shuffle of a struct", "one shuffle per field");
        call.Builder.Add(Capability.GroupNonUniform);
        call.Builder.Add(capability);
        return Value.Of(call.Code.Add(op, call.Form(call.Type()), Word(call, (uint)Scope.Subgroup), call.Id(0), call.Id(1)), call.Type());
    }

    private static uint Word(IntrinsicCall call, uint value) => call.Builder.Constant(call.Builder.Int(32), value);
}
