using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>
/// Functions of numbers: <c>Math</c>, <c>MathF</c>, <c>XMath</c>, <c>IntrinsicMath</c>. Elementary functions are those of Vulkan,
/// with its tolerances, and exist for 32 bits only.
/// </summary>
internal static class MathIntrinsics
{
    private static readonly string[] Classes = ["System.Math", "System.MathF", "ILGPU.Algorithms.XMath", "ILGPU.IntrinsicMath"];

    public static readonly IEnumerable<KeyValuePair<string, IntrinsicCode>> All =
        Classes.SelectMany(type => Functions().Select(function => new KeyValuePair<string, IntrinsicCode>($"{type}.{function.Key}", function.Value)))
            .Concat(new[] { "System.Single", "System.Double" }.SelectMany(type => Classification().Select(
                function => new KeyValuePair<string, IntrinsicCode>($"{type}.{function.Key}", function.Value))))
            .Append(new("System.Numerics.INumberBase.get_Zero", call => call.Function.Constant((ScalarType)call.Result, 0)))
            .Append(new("System.Numerics.INumberBase.get_One", call => call.Function.Constant((ScalarType)call.Result, 1)))
            .ToArray();

    private static Dictionary<string, IntrinsicCode> Functions() => new(StringComparer.Ordinal)
    {
        ["FusedMultiplyAdd"] = call => Value.Of(call.Code.Glsl(Glsl.Fma, call.Form(call.Type()), call.Id(0), call.Id(1), call.Id(2)), call.Type()),
        ["Abs"] = call => Unary(call, Number(call).IsFloat ? Glsl.FAbs : Glsl.SAbs),
        ["Sqrt"] = call => Unary(call, Glsl.Sqrt),
        ["Rsqrt"] = call => Unary(call, Glsl.InverseSqrt),
        ["Floor"] = call => Unary(call, Glsl.Floor),
        ["Ceiling"] = call => Unary(call, Glsl.Ceil),
        ["Truncate"] = call => Unary(call, Glsl.Trunc),
        ["Round"] = call => call.Count == 1 ? Round(call) : throw call.Unsupported("this rounding", "rounding to the nearest, of two the even integer"),
        ["RoundToEven"] = Round,
        ["Sign"] = Sign,
        ["Min"] = call => MinMax(call, isMin: true, call.Id(0), call.Id(1)),
        ["Max"] = call => MinMax(call, isMin: false, call.Id(0), call.Id(1)),
        ["Clamp"] = Clamp,
        ["CopySign"] = CopySign,
        ["Sin"] = call => Elementary(call, Glsl.Sin),
        ["Cos"] = call => Elementary(call, Glsl.Cos),
        ["Tan"] = call => Elementary(call, Glsl.Tan),
        ["Asin"] = call => Elementary(call, Glsl.Asin),
        ["Acos"] = call => Elementary(call, Glsl.Acos),
        ["Atan"] = call => Elementary(call, Glsl.Atan),
        ["Atan2"] = call => Elementary(call, Glsl.Atan2),
        ["Sinh"] = call => Elementary(call, Glsl.Sinh),
        ["Cosh"] = call => Elementary(call, Glsl.Cosh),
        ["Tanh"] = call => Elementary(call, Glsl.Tanh),
        ["Asinh"] = call => Elementary(call, Glsl.Asinh),
        ["Acosh"] = call => Elementary(call, Glsl.Acosh),
        ["Atanh"] = call => Elementary(call, Glsl.Atanh),
        ["Exp"] = call => Elementary(call, Glsl.Exp),
        ["Exp2"] = call => Elementary(call, Glsl.Exp2),
        ["Log"] = call => call.Count == 1 ? Elementary(call, Glsl.Log) : throw call.Unsupported("a logarithm to any base", "the quotient of two logarithms"),
        ["Log2"] = call => Elementary(call, Glsl.Log2),
        ["Pow"] = call => Elementary(call, Glsl.Pow),
        ["Rcp"] = call => Value.Of(call.Code.Add(Op.FDiv, call.Form(call.Type()), call.Function.Constant(Number(call), 1f).Id, call.Id(0)), call.Type()),
        ["IsNaN"] = IsNaN,
        ["IsInfinity"] = IsInfinity,
        ["BigMul"] = BigMul,
    };

    private static Dictionary<string, IntrinsicCode> Classification() => new(StringComparer.Ordinal)
    {
        ["IsNaN"] = IsNaN,
        ["IsInfinity"] = IsInfinity,
        ["IsPositiveInfinity"] = call => Truth(call, Op.FOrdEqual, call.Id(0), call.Function.Constant(Number(call), double.PositiveInfinity).Id),
        ["IsNegativeInfinity"] = call => Truth(call, Op.FOrdEqual, call.Id(0), call.Function.Constant(Number(call), double.NegativeInfinity).Id),
        ["IsFinite"] = call =>
        {
            var magnitude = call.Code.Glsl(Glsl.FAbs, call.Form(call.Type()), call.Id(0));
            return Truth(call, Op.FOrdLessThan, magnitude, call.Function.Constant(Number(call), double.PositiveInfinity).Id);
        },
    };

    private static ScalarType Number(IntrinsicCall call) => (ScalarType)call.Type();

    private static Value Unary(IntrinsicCall call, Glsl function) =>
        Value.Of(call.Code.Glsl(function, call.Form(call.Type()), call.Id(0)), call.Type());

    // Of double, lavapipe's instruction rounds ties wrongly.
    private static Value Round(IntrinsicCall call) =>
        Number(call).Kind == ScalarKind.F64 ? call.Function.CallLibrary("RoundToEven", call[0]) : Unary(call, Glsl.RoundEven);

    private static Value Elementary(IntrinsicCall call, Glsl function)
    {
        if (Number(call).Kind == ScalarKind.F64)
            throw call.Unsupported("this function of double", "the same of float (MathF), or a polynomial");
        return Value.Of(call.Code.Glsl(function, call.Form(call.Type()), [.. Enumerable.Range(0, call.Count).Select(call.Id)]), call.Type());
    }

    private static Value Truth(IntrinsicCall call, Op op, params uint[] operands) =>
        Value.Of(call.Code.Add(op, call.Builder.Bool, operands), ScalarType.Bool);

    private static Value IsNaN(IntrinsicCall call) => Truth(call, Op.FUnordNotEqual, call.Id(0), call.Id(0));

    private static Value IsInfinity(IntrinsicCall call)
    {
        var magnitude = call.Code.Glsl(Glsl.FAbs, call.Form(call.Type()), call.Id(0));
        return Truth(call, Op.FOrdEqual, magnitude, call.Function.Constant(Number(call), double.PositiveInfinity).Id);
    }

    private static Value Sign(IntrinsicCall call)
    {
        var type = Number(call);
        var sign = call.Code.Glsl(type.IsFloat ? Glsl.FSign : Glsl.SSign, call.Form(type), call.Id(0));
        return call.Function.Cast(Value.Of(sign, type), ScalarType.I32);
    }

    // As in .NET, NaN comes through: of two numbers the comparison decides, and an operand that isn't itself is NaN.
    private static Value MinMax(IntrinsicCall call, bool isMin, uint a, uint b)
    {
        var type = Number(call);
        var form = call.Form(type);
        if (!type.IsFloat)
            return Value.Of(call.Code.Glsl((isMin, type.IsSigned) switch { (true, true) => Glsl.SMin, (true, _) => Glsl.UMin, (_, true) => Glsl.SMax, _ => Glsl.UMax }, form, a, b), type);
        var isFirst = call.Code.Add(isMin ? Op.FOrdLessThan : Op.FOrdGreaterThan, call.Builder.Bool, a, b);
        var isNaN = call.Code.Add(Op.FUnordNotEqual, call.Builder.Bool, a, a);
        // Equal numbers differ in the signs of zeros only: the lesser zero is negative if either is.
        var bits = type.RegisterBits == 32 ? call.Builder.Int(32) : call.Builder.Vector(call.Builder.Int(32), 2);
        var both = call.Code.Add(isMin ? Op.BitwiseOr : Op.BitwiseAnd, bits, call.Code.Add(Op.Bitcast, bits, a), call.Code.Add(Op.Bitcast, bits, b));
        var isSame = call.Code.Add(Op.FOrdEqual, call.Builder.Bool, a, b);
        var second = call.Code.Add(Op.Select, form, isSame, call.Code.Add(Op.Bitcast, form, both), b);
        return Value.Of(call.Code.Add(Op.Select, form, call.Code.Add(Op.LogicalOr, call.Builder.Bool, isFirst, isNaN), a, second), type);
    }

    private static Value Clamp(IntrinsicCall call)
    {
        // NaN passes by both comparisons.
        var type = Number(call);
        var form = call.Form(type);
        var (below, above) = type.IsFloat ? (Op.FOrdLessThan, Op.FOrdGreaterThan)
            : type.IsSigned ? (Op.SLessThan, Op.SGreaterThan)
            : (Op.ULessThan, Op.UGreaterThan);
        var value = call.Id(0);
        var result = call.Code.Add(Op.Select, form, call.Code.Add(below, call.Builder.Bool, value, call.Id(1)), call.Id(1), value);
        return Value.Of(call.Code.Add(Op.Select, form, call.Code.Add(above, call.Builder.Bool, value, call.Id(2)), call.Id(2), result), type);
    }

    private static Value CopySign(IntrinsicCall call)
    {
        if (Number(call).Kind == ScalarKind.F64)
            return call.Function.CallLibrary("CopySign", call[0], call[1]);
        var integer = call.Builder.Int(32);
        var magnitude = call.Code.Add(Op.BitwiseAnd, integer, call.Code.Add(Op.Bitcast, integer, call.Id(0)), call.Builder.Constant(int.MaxValue));
        var sign = call.Code.Add(Op.BitwiseAnd, integer, call.Code.Add(Op.Bitcast, integer, call.Id(1)), call.Builder.Constant(int.MinValue));
        return Value.Of(call.Code.Add(Op.Bitcast, call.Form(call.Type()), call.Code.Add(Op.BitwiseOr, integer, magnitude, sign)), call.Type());
    }

    private static Value BigMul(IntrinsicCall call)
    {
        if (call.Count != 2 || Number(call).RegisterBits != 32)
            throw call.Unsupported("a product of 128 bits", "products of 32-bit numbers");
        var wide = Number(call).IsSigned ? ScalarType.I64 : ScalarType.U64;
        return Value.Of(
            call.Code.Add(Op.IMul, call.Form(wide), call.Function.Cast(call[0], wide).Id, call.Function.Cast(call[1], wide).Id), wide);
    }
}
