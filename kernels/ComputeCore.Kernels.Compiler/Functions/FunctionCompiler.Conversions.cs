using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

// Conversions.
internal sealed partial class FunctionCompiler
{
    private Value Conversion(IConversionOperation conversion)
    {
        if (conversion.OperatorMethod is { } method)
        {
            var known = TypeOf(conversion);
            if (TypeOf(conversion.Operand) is ScalarType && known is ScalarType)
                return Converted(Evaluate(conversion.Operand), known); // Half's operators
            return Intrinsic(method, [() => Evaluate(conversion.Operand)], conversion) ?? CallSource(method, null, [Evaluate(conversion.Operand)], conversion);
        }

        if (conversion.IsChecked && conversion.Type is { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } && !conversion.IsImplicit)
            throw new KernelException(KernelDiagnostics.Checked, conversion.Syntax.GetLocation());
        if (conversion.Operand is IDefaultValueOperation or { Type: null })
            return Zero(TypeOf(conversion));
        var value = Evaluate(conversion.Operand);
        return value is ViewValue ? value : Converted(value, TypeOf(conversion), conversion);
    }

    private Value Converted(Value value, DeviceType target, IOperation? operation = null)
    {
        if (value.Type == target)
            return value;
        if (value.Type is StructType from && target is StructType to && from.Fields.Count == to.Fields.Count)
            return Compose(to, i => Converted(FieldOf(value, i), to.Fields[i].Type, operation)); // tuples
        if (value.Type is not ScalarType source || target is not ScalarType scalar)
            throw Unsupported(operation!, "this conversion", "a method of the struct, or an interface as a constraint of a type parameter");
        return Converted(value, source, scalar);
    }

    private Value Converted(Value value, ScalarType source, ScalarType target)
    {
        if (source.Kind == ScalarKind.Bool || target.Kind == ScalarKind.Bool)
            throw new InvalidOperationException("C# converts no truth values.");
        if (source.IsFloat && target.IsFloat)
            return FloatToFloat(value, source, target);
        if (source.IsFloat)
            return FloatToInteger(value, source, target);
        if (target.IsFloat)
            return Narrowed(Code.Add(source.IsSigned ? Op.ConvertSToF : Op.ConvertUToF, Module.Types.Value(target), value.Id), target);

        if (target.RegisterBits == 64)
        {
            if (source.RegisterBits == 64)
                return new Register(value.Id, target);
            if ((source.IsSigned || source.Size < 4) && target.IsSigned)
                return new ExtendedValue(value, () => Code.Add(Op.SConvert, Module.Types.Value(target), value.Id));
            return new Register(Code.Add(source.IsSigned ? Op.SConvert : Op.UConvert, Module.Types.Value(target), value.Id), target);
        }

        var bits = value is ExtendedValue extended ? extended.Narrow.Id
            : source.RegisterBits == 64 ? Code.Add(Op.UConvert, Builder.Int(32), value.Id)
            : value.Id;
        var fits = target.Size >= 4 || (source.Size < target.Size && (source.IsSigned == target.IsSigned || !source.IsSigned));
        return fits ? new Register(bits, target) : Narrowed(bits, target);
    }

    private Value FloatToFloat(Value value, ScalarType source, ScalarType target)
    {
        if (source.RegisterBits == target.RegisterBits)
            return source.Kind == ScalarKind.F16 ? new Register(value.Id, target) : Narrowed(value.Id, target);
        if (target.Kind == ScalarKind.F16)
            return new Register(CallLibrary("RoundDoubleToHalf", value).Id, target);
        return Narrowed(Code.Add(Op.FConvert, Module.Types.Value(target), value.Id), target);
    }

    // Out of range the result is the nearest integer there is, and NaN becomes zero, as .NET has it since version 9. Smaller
    // integers are the lower bits of an int.
    private Value FloatToInteger(Value value, ScalarType source, ScalarType target)
    {
        var wide = target.RegisterBits == 64 ? target : target.Size == 4 ? target : ScalarType.I32;
        var (low, high) = wide.Kind switch
        {
            ScalarKind.I32 => (-2147483648.0, 2147483648.0),
            ScalarKind.U32 => (0.0, 4294967296.0),
            ScalarKind.I64 => (-9223372036854775808.0, 9223372036854775808.0),
            _ => (0.0, 18446744073709551616.0),
        };
        object lowest = wide.Kind switch { ScalarKind.I32 => int.MinValue, ScalarKind.I64 => long.MinValue, _ => 0 };
        object highest = wide.Kind switch { ScalarKind.I32 => int.MaxValue, ScalarKind.U32 => uint.MaxValue, ScalarKind.I64 => long.MaxValue, _ => ulong.MaxValue };
        var register = Module.Types.Value(wide);
        var converted = Code.Add(wide.IsSigned ? Op.ConvertFToS : Op.ConvertFToU, register, value.Id);
        var below = Code.Add(Op.FOrdLessThan, Builder.Bool, value.Id, Constant(source, low).Id);
        var above = Code.Add(Op.FOrdGreaterThanEqual, Builder.Bool, value.Id, Constant(source, high).Id);
        converted = Code.Add(Op.Select, register, below, Constant(wide, lowest).Id, converted);
        converted = Code.Add(Op.Select, register, above, Constant(wide, highest).Id, converted);
        var isNumber = Code.Add(Op.FOrdEqual, Builder.Bool, value.Id, value.Id);
        converted = Code.Add(Op.Select, register, isNumber, converted, Constant(wide, 0).Id);
        return target.Size < 4 ? Narrowed(converted, target) : new Register(converted, target);
    }
}
