using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>Atomic operations on integers of 32 bits, in buffers of 64 too; each returns the value that was there. They order nothing else.</summary>
internal static class AtomicIntrinsics
{
    public static readonly Dictionary<string, IntrinsicCode> All = new(StringComparer.Ordinal)
    {
        ["ILGPU.Atomic.Add"] = call => Apply(call, Op.AtomicIAdd, Op.AtomicIAdd),
        ["ILGPU.Atomic.Min"] = call => Apply(call, Op.AtomicSMin, Op.AtomicUMin),
        ["ILGPU.Atomic.Max"] = call => Apply(call, Op.AtomicSMax, Op.AtomicUMax),
        ["ILGPU.Atomic.And"] = call => Apply(call, Op.AtomicAnd, Op.AtomicAnd),
        ["ILGPU.Atomic.Or"] = call => Apply(call, Op.AtomicOr, Op.AtomicOr),
        ["ILGPU.Atomic.Xor"] = call => Apply(call, Op.AtomicXor, Op.AtomicXor),
        ["ILGPU.Atomic.Exchange"] = call => Apply(call, Op.AtomicExchange, Op.AtomicExchange),
        ["ILGPU.Atomic.CompareExchange"] = CompareExchange,
    };

    private static Value Apply(IntrinsicCall call, Op signed, Op unsigned)
    {
        var (pointer, type) = Target(call);
        var value = call.Function.Evaluate(call.Operation(1)).Id;
        return Value.Of(call.Code.Add(type.IsSigned ? signed : unsigned, call.Form(type), pointer, Device(call), None(call), value), type);
    }

    private static Value CompareExchange(IntrinsicCall call)
    {
        var (pointer, type) = Target(call);
        var expected = call.Function.Evaluate(call.Operation(1)).Id;
        var value = call.Function.Evaluate(call.Operation(2)).Id;
        return Value.Of(
            call.Code.Add(Op.AtomicCompareExchange, call.Form(type), pointer, Device(call), None(call), None(call), value, expected), type);
    }

    private static (uint Pointer, ScalarType Type) Target(IntrinsicCall call)
    {
        var place = call.Place(0);
        if (place.Type is not ScalarType { IsInteger: true, Size: >= 4 } type)
            throw call.Unsupported($"an atomic operation on {place.Type}", "one on integers, or a sum in shared memory, whose order is fixed");
        if (place.Storage == StorageClass.Function)
            throw call.Unsupported("an atomic operation on a variable", "one on an element of a view or of shared memory");
        if (type.Size == 8 && place.Storage == StorageClass.Workgroup)
            throw call.Unsupported("an atomic operation on 64 bits of shared memory", "one on 32 bits, or on an element of a view");
        if (type.Size == 8)
            call.Builder.Add(Capability.Int64Atomics);
        return (call.Function.Address(place), type);
    }

    private static uint Device(IntrinsicCall call) => call.Builder.Constant((int)Scope.Device);

    private static uint None(IntrinsicCall call) => call.Builder.Constant((int)MemorySemantics.None);
}
