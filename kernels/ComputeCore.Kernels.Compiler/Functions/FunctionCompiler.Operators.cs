using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

// Operators. Integers wrap around, shift counts are masked, and no product is contracted with a sum, as in C#.
internal sealed partial class FunctionCompiler
{
    private Value Unary(IUnaryOperation unary)
    {
        if (unary.OperatorMethod is { } method && Intrinsic(method, [() => Evaluate(unary.Operand)], unary) is { } known)
            return known;
        if (unary.OperatorMethod is { } source && !IsBuiltIn(source))
            return CallSource(source, null, [Evaluate(unary.Operand)], unary);
        if (unary.IsChecked && unary.OperatorKind == UnaryOperatorKind.Minus && TypeOf(unary) is ScalarType { IsInteger: true })
            throw new KernelException(KernelDiagnostics.Checked, unary.Syntax.GetLocation());
        var operand = Evaluate(unary.Operand);
        var type = (ScalarType)TypeOf(unary);
        var form = Module.Types.Value(type);
        return unary.OperatorKind switch
        {
            UnaryOperatorKind.Plus => operand,
            UnaryOperatorKind.Minus => new Register(Code.Add(type.IsFloat ? Op.FNegate : Op.SNegate, form, operand.Id), type),
            UnaryOperatorKind.Not when type.Kind == ScalarKind.Bool => Not(operand.Id),
            UnaryOperatorKind.Not => new Register(Code.Add(Op.LogicalNot, form, operand.Id), type),
            UnaryOperatorKind.BitwiseNegation => Narrowed(Code.Add(Op.Not, form, operand.Id), type),
            _ => throw Unsupported(unary, "this operator"),
        };
    }

    // Half's operators are methods to C#, and numbers' operators to devices.
    private bool IsBuiltIn(IMethodSymbol method) =>
        method.DeclaringSyntaxReferences.IsEmpty && method.Parameters.All(parameter => Read(parameter.Type, Location.None) is ScalarType);

    private Register Not(uint condition) => new(Code.Add(Op.LogicalNot, Builder.Bool, condition), ScalarType.Bool);

    private Value Binary(IBinaryOperation binary)
    {
        if (binary.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr)
            return ShortCircuit(binary);
        if (binary.OperatorMethod is { IsImplicitlyDeclared: true, ContainingType: { IsRecord: true } record })
            return RecordComparison(binary, record);
        if (binary.OperatorMethod is { } method && !IsBuiltIn(method))
        {
            return Intrinsic(method, [() => Evaluate(binary.LeftOperand), () => Evaluate(binary.RightOperand)], binary)
                ?? CallSource(method, null, [Evaluate(binary.LeftOperand), Evaluate(binary.RightOperand)], binary);
        }

        RejectChecked(binary.IsChecked, binary);
        var (left, right) = (Evaluate(binary.LeftOperand), Evaluate(binary.RightOperand));
        if (left.Type is not ScalarType || right.Type is not ScalarType)
            throw Unsupported(binary, "this comparison", "comparisons of numbers, field by field");
        return Operate(binary.OperatorKind, left, right, binary);
    }

    // A record's own == compares field by field, and takes NaN as equal to itself.
    private Value RecordComparison(IBinaryOperation binary, INamedTypeSymbol record)
    {
        var (left, right) = (Evaluate(binary.LeftOperand), Evaluate(binary.RightOperand));
        var type = (StructType)TypeOf(binary.LeftOperand);
        if (type.Fields.Any(field => field.Type is not ScalarType))
            throw Unsupported(binary, $"a comparison of {record.Name}", "comparisons of numbers, field by field");
        var same = Builder.Constant(true);
        for (var i = 0; i < type.Fields.Count; i++)
        {
            var (a, b) = (FieldOf(left, i), FieldOf(right, i));
            var equal = Operate(BinaryOperatorKind.Equals, a, b, binary).Id;
            if (((ScalarType)a.Type).IsFloat)
            {
                var bothNaN = Code.Add(
                    Op.LogicalAnd,
                    Builder.Bool,
                    Operate(BinaryOperatorKind.NotEquals, a, a, binary).Id,
                    Operate(BinaryOperatorKind.NotEquals, b, b, binary).Id);
                equal = Code.Add(Op.LogicalOr, Builder.Bool, equal, bothNaN);
            }

            same = Code.Add(Op.LogicalAnd, Builder.Bool, same, equal);
        }

        return binary.OperatorKind == BinaryOperatorKind.Equals ? new Register(same, ScalarType.Bool) : Not(same);
    }

    /// <summary>== or != of two tuples, or of two numbers.</summary>
    private uint Same(Value left, Value right, BinaryOperatorKind kind, IOperation operation)
    {
        if (left.Type is ScalarType && right.Type is ScalarType)
            return Operate(kind, left, right, operation).Id;
        if (left.Type is not StructType { Name: var name } type || !name.StartsWith("(", StringComparison.Ordinal))
            throw Unsupported(operation, "this comparison", "comparisons of numbers, field by field");
        var op = kind == BinaryOperatorKind.Equals ? Op.LogicalAnd : Op.LogicalOr;
        return type.Fields.Select((_, i) => Same(FieldOf(left, i), FieldOf(right, i), kind, operation)).Aggregate((a, b) => Code.Add(op, Builder.Bool, a, b));
    }

    private static void RejectChecked(bool isChecked, IOperation operation)
    {
        if (isChecked && operation.Type is { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 })
            throw new KernelException(KernelDiagnostics.Checked, operation.Syntax.GetLocation());
    }

    private Value ShortCircuit(IBinaryOperation binary)
    {
        var isAnd = binary.OperatorKind == BinaryOperatorKind.ConditionalAnd;
        var left = Evaluate(binary.LeftOperand);
        if (IsCheap(binary.RightOperand))
            return new Register(Code.Add(isAnd ? Op.LogicalAnd : Op.LogicalOr, Builder.Bool, left.Id, Evaluate(binary.RightOperand).Id), ScalarType.Bool);
        var known = Constant(ScalarType.Bool, !isAnd);
        return isAnd
            ? Choose(left.Id, ScalarType.Bool, () => Evaluate(binary.RightOperand), () => known)
            : Choose(left.Id, ScalarType.Bool, () => known, () => Evaluate(binary.RightOperand));
    }

    /// <summary>An operator on two numbers of one type; a shift's count is an int.</summary>
    private Value Operate(BinaryOperatorKind kind, Value left, Value right, IOperation operation)
    {
        var type = (ScalarType)left.Type;
        // Comparisons of extended integers are those of what they extend.
        if (left is ExtendedValue wide && right is ExtendedValue other && Comparison(kind, ScalarType.I32) is { } narrow)
            return new Register(Code.Add(narrow, Builder.Bool, wide.Narrow.Id, other.Narrow.Id), ScalarType.Bool);
        if (Comparison(kind, type) is { } comparison)
            return new Register(Code.Add(comparison, Builder.Bool, left.Id, right.Id), ScalarType.Bool);
        if (kind is BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift)
            return Shift(kind, left, right);

        if (kind == BinaryOperatorKind.Remainder && type.IsFloat && type.Kind != ScalarKind.F64)
            return Converted(CallLibrary("Remainder", left, right), type);
        var op = Arithmetic(kind, type) ?? throw Unsupported(operation, "this operator");
        var id = Code.Add(op, Module.Types.Value(type), left.Id, right.Id);
        if (op is Op.FAdd or Op.FSub or Op.FMul)
            Builder.Decorate(id, Decoration.NoContraction);
        return Narrowed(id, type);
    }

    private Value Shift(BinaryOperatorKind kind, Value left, Value count)
    {
        var type = (ScalarType)left.Type;
        var op = kind == BinaryOperatorKind.LeftShift ? Op.ShiftLeftLogical
            : kind == BinaryOperatorKind.RightShift && type.IsSigned ? Op.ShiftRightArithmetic
            : Op.ShiftRightLogical;
        var masked = Code.Add(Op.BitwiseAnd, Builder.Int(32), count.Id, Builder.Constant(type.RegisterBits - 1));
        return Narrowed(Code.Add(op, Module.Types.Value(type), left.Id, masked), type);
    }

    private static Op? Comparison(BinaryOperatorKind kind, ScalarType type) => (kind, type) switch
    {
        (BinaryOperatorKind.Equals, { Kind: ScalarKind.Bool }) => Op.LogicalEqual,
        (BinaryOperatorKind.NotEquals, { Kind: ScalarKind.Bool }) => Op.LogicalNotEqual,
        (BinaryOperatorKind.Equals, { IsFloat: true }) => Op.FOrdEqual,
        (BinaryOperatorKind.NotEquals, { IsFloat: true }) => Op.FUnordNotEqual,
        (BinaryOperatorKind.LessThan, { IsFloat: true }) => Op.FOrdLessThan,
        (BinaryOperatorKind.LessThanOrEqual, { IsFloat: true }) => Op.FOrdLessThanEqual,
        (BinaryOperatorKind.GreaterThan, { IsFloat: true }) => Op.FOrdGreaterThan,
        (BinaryOperatorKind.GreaterThanOrEqual, { IsFloat: true }) => Op.FOrdGreaterThanEqual,
        (BinaryOperatorKind.Equals, _) => Op.IEqual,
        (BinaryOperatorKind.NotEquals, _) => Op.INotEqual,
        (BinaryOperatorKind.LessThan, { IsSigned: true }) => Op.SLessThan,
        (BinaryOperatorKind.LessThanOrEqual, { IsSigned: true }) => Op.SLessThanEqual,
        (BinaryOperatorKind.GreaterThan, { IsSigned: true }) => Op.SGreaterThan,
        (BinaryOperatorKind.GreaterThanOrEqual, { IsSigned: true }) => Op.SGreaterThanEqual,
        (BinaryOperatorKind.LessThan, _) => Op.ULessThan,
        (BinaryOperatorKind.LessThanOrEqual, _) => Op.ULessThanEqual,
        (BinaryOperatorKind.GreaterThan, _) => Op.UGreaterThan,
        (BinaryOperatorKind.GreaterThanOrEqual, _) => Op.UGreaterThanEqual,
        _ => null,
    };

    private static Op? Arithmetic(BinaryOperatorKind kind, ScalarType type) => (kind, type) switch
    {
        (BinaryOperatorKind.And, { Kind: ScalarKind.Bool }) => Op.LogicalAnd,
        (BinaryOperatorKind.Or, { Kind: ScalarKind.Bool }) => Op.LogicalOr,
        (BinaryOperatorKind.ExclusiveOr, { Kind: ScalarKind.Bool }) => Op.LogicalNotEqual,
        (BinaryOperatorKind.Add, { IsFloat: true }) => Op.FAdd,
        (BinaryOperatorKind.Subtract, { IsFloat: true }) => Op.FSub,
        (BinaryOperatorKind.Multiply, { IsFloat: true }) => Op.FMul,
        (BinaryOperatorKind.Divide, { IsFloat: true }) => Op.FDiv,
        (BinaryOperatorKind.Remainder, { IsFloat: true }) => Op.FRem,
        (BinaryOperatorKind.Add, _) => Op.IAdd,
        (BinaryOperatorKind.Subtract, _) => Op.ISub,
        (BinaryOperatorKind.Multiply, _) => Op.IMul,
        (BinaryOperatorKind.Divide, { IsSigned: true }) => Op.SDiv,
        (BinaryOperatorKind.Remainder, { IsSigned: true }) => Op.SRem,
        (BinaryOperatorKind.Divide, _) => Op.UDiv,
        (BinaryOperatorKind.Remainder, _) => Op.UMod,
        (BinaryOperatorKind.And, _) => Op.BitwiseAnd,
        (BinaryOperatorKind.Or, _) => Op.BitwiseOr,
        (BinaryOperatorKind.ExclusiveOr, _) => Op.BitwiseXor,
        _ => null,
    };

    private Value Compound(ICompoundAssignmentOperation assignment) => Update(assignment.Target, assignment, current =>
    {
        var right = Evaluate(assignment.Value);
        if (assignment.OperatorMethod is { } method && !IsBuiltIn(method))
            return CallSource(method, null, [current, right], assignment);
        RejectChecked(assignment.IsChecked, assignment);
        var isShift = assignment.OperatorKind is BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift;
        var type = isShift ? Promoted((ScalarType)current.Type) : right.Type;
        return Operate(assignment.OperatorKind, Converted(current, type), right, assignment);
    }).After;

    private static ScalarType Promoted(ScalarType type) => type.Size < 4 && type.IsInteger ? ScalarType.I32 : type;

    private Value Step(IIncrementOrDecrementOperation step)
    {
        if (step.OperatorMethod is not null && TypeOf(step.Target) is not ScalarType)
            throw Unsupported(step, "this operator", "an assignment");
        RejectChecked(step.IsChecked, step);
        var (before, after) = Update(step.Target, step, current =>
        {
            var type = (ScalarType)current.Type;
            var one = new Register(Constant(type, type.IsFloat ? 1f : 1).Id, type);
            return Operate(step.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract, current, one, step);
        });
        return step.IsPostfix ? before : after;
    }

    /// <summary>Reads, changes and writes a variable, or a property with accessors; what it is named by is evaluated once.</summary>
    private (Value Before, Value After) Update(IOperation target, IOperation operation, Func<Value, Value> change)
    {
        if (target is IPropertyReferenceOperation { Property: { GetMethod: { } getter, SetMethod: { } setter } } property && TryPlaceOf(target) is null)
        {
            var arguments = property.Arguments.Select(argument => Evaluate(argument.Value)).ToArray();
            var current = CallSource(getter, property.Instance, arguments, operation);
            var next = Converted(change(current), current.Type);
            CallSource(setter, property.Instance, [.. arguments, next], operation);
            return (current, next);
        }

        var place = Pin(PlaceOf(target));
        var before = Load(place);
        var after = Converted(change(before), place.Type);
        Store(place, after);
        return (before, after);
    }

    /// <summary>Brings a result back into the range of its type: small integers are extended, halves rounded.</summary>
    private Register Narrowed(uint id, ScalarType type)
    {
        var register = Builder.Int(32);
        return new Register(
            type.Kind switch
            {
                ScalarKind.U8 or ScalarKind.U16 => Code.Add(Op.BitwiseAnd, register, id, Builder.Constant((1 << 8 * type.Size) - 1)),
                ScalarKind.I8 or ScalarKind.I16 => Code.Add(Op.BitFieldSExtract, register, id, Builder.Constant(0), Builder.Constant(8 * type.Size)),
                ScalarKind.F16 => CallLibrary("RoundToHalf", Value.Of(id, ScalarType.F32)).Id,
                _ => id,
            },
            type);
    }
}
