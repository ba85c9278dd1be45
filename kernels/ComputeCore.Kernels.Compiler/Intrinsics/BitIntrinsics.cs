using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>Bits of numbers: <c>Interop</c>, <c>BitConverter</c>, <c>BitOperations</c>.</summary>
internal static class BitIntrinsics
{
    public static readonly Dictionary<string, IntrinsicCode> All = new(StringComparer.Ordinal)
    {
        ["ILGPU.Interop.FloatAsInt"] = Reinterpret,
        ["ILGPU.Interop.IntAsFloat"] = Reinterpret,
        ["ILGPU.Interop.SizeOf"] = call => call.Function.Constant(ScalarType.I32, call.TypeArgument().Size),
        ["System.BitConverter.SingleToInt32Bits"] = Reinterpret,
        ["System.BitConverter.SingleToUInt32Bits"] = Reinterpret,
        ["System.BitConverter.Int32BitsToSingle"] = Reinterpret,
        ["System.BitConverter.UInt32BitsToSingle"] = Reinterpret,
        ["System.BitConverter.HalfToUInt16Bits"] = Reinterpret,
        ["System.BitConverter.UInt16BitsToHalf"] = Reinterpret,
        ["System.BitConverter.DoubleToInt64Bits"] = Reinterpret,
        ["System.BitConverter.DoubleToUInt64Bits"] = Reinterpret,
        ["System.BitConverter.Int64BitsToDouble"] = Reinterpret,
        ["System.BitConverter.UInt64BitsToDouble"] = Reinterpret,
        ["System.Numerics.BitOperations.PopCount"] = PopCount,
        ["System.Numerics.BitOperations.LeadingZeroCount"] = LeadingZeroCount,
        ["System.Numerics.BitOperations.TrailingZeroCount"] = TrailingZeroCount,
        ["System.Numerics.BitOperations.RotateLeft"] = call => Rotate(call, Op.ShiftLeftLogical, Op.ShiftRightLogical),
        ["System.Numerics.BitOperations.RotateRight"] = call => Rotate(call, Op.ShiftRightLogical, Op.ShiftLeftLogical),
        ["ILGPU.IntrinsicMath.PopCount"] = PopCount,
        ["ILGPU.IntrinsicMath.LeadingZeroCount"] = LeadingZeroCount,
        ["ILGPU.IntrinsicMath.TrailingZeroCount"] = TrailingZeroCount,
    };

    private static Value Reinterpret(IntrinsicCall call)
    {
        if (call.Type() == ScalarType.F16)
            return Value.Of(call.Function.FloatToHalf(call.Id(0)), ScalarType.U16);
        if (call.Result == ScalarType.F16)
            return Value.Of(call.Function.HalfToFloat(call.Id(0)), ScalarType.F16);
        return Value.Of(call.Code.Add(Op.Bitcast, call.Form(call.Result), call.Id(0)), call.Result);
    }

    private static Value PopCount(IntrinsicCall call) => Wide(call, "PopCount") ?? Integer(call.Code.Add(Op.BitCount, call.Builder.Int(32), call.Id(0)));

    private static Value LeadingZeroCount(IntrinsicCall call)
    {
        if (Wide(call, "LeadingZeroCount") is { } wide)
            return wide;
        // The most significant bit's number is -1 for zero, which makes 32.
        var first = call.Code.Glsl(Glsl.FindUMsb, call.Builder.Int(32), call.Id(0));
        return Integer(call.Code.Add(Op.ISub, call.Builder.Int(32), call.Builder.Constant(31), first));
    }

    private static Value TrailingZeroCount(IntrinsicCall call)
    {
        if (Wide(call, "TrailingZeroCount") is { } wide)
            return wide;
        var value = call.Id(0);
        var last = call.Code.Glsl(Glsl.FindILsb, call.Builder.Int(32), value);
        var isZero = call.Code.Add(Op.IEqual, call.Builder.Bool, value, call.Builder.Constant(0));
        return Integer(call.Code.Add(Op.Select, call.Builder.Int(32), isZero, call.Builder.Constant(32), last));
    }

    private static Value Rotate(IntrinsicCall call, Op there, Op back)
    {
        if (call.Type() is ScalarType { RegisterBits: 64 })
            return Value.Of(call.Function.CallLibrary(there == Op.ShiftLeftLogical ? "RotateLeft" : "RotateRight", call[0], call[1]).Id, call.Result);
        var integer = call.Builder.Int(32);
        var (value, mask) = (call.Id(0), call.Builder.Constant(31));
        var count = call.Code.Add(Op.BitwiseAnd, integer, call.Id(1), mask);
        var rest = call.Code.Add(Op.BitwiseAnd, integer, call.Code.Add(Op.SNegate, integer, count), mask);
        var result = call.Code.Add(Op.BitwiseOr, integer, call.Code.Add(there, integer, value, count), call.Code.Add(back, integer, value, rest));
        return Value.Of(result, call.Result);
    }

    // Numbers of 64 bits are counted in halves.
    private static Value? Wide(IntrinsicCall call, string function) =>
        call.Type() is ScalarType { RegisterBits: 64 } ? call.Function.CallLibrary(function, call[0]) : null;

    private static Value Integer(uint id) => Value.Of(id, ScalarType.I32);
}
