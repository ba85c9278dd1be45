using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

// Switches and patterns.
internal sealed partial class FunctionCompiler
{
    private void Switch(ISwitchOperation choice)
    {
        var value = Evaluate(choice.Value);
        var merge = Builder.NewId();
        breakTargets.Push(merge);
        Code.Do(Op.SelectionMerge, merge, 0);
        var isTable = value.Type is ScalarType { IsInteger: true, RegisterBits: 32 }
            && choice.Cases.SelectMany(section => section.Clauses).All(clause => clause is ISingleValueCaseClauseOperation or IDefaultCaseClauseOperation);
        if (isTable)
            SwitchByTable(choice, value, merge);
        else
            SwitchByConditions(choice, value, merge);
        breakTargets.Pop();
        Code.Label(merge);
    }

    private void SwitchByTable(ISwitchOperation choice, Value value, uint merge)
    {
        var labels = choice.Cases.Select(_ => Builder.NewId()).ToArray();
        var (table, otherwise) = (new List<uint>(), merge);
        for (var i = 0; i < labels.Length; i++)
        {
            foreach (var clause in choice.Cases[i].Clauses)
            {
                if (clause is ISingleValueCaseClauseOperation single)
                    table.AddRange([unchecked((uint)Convert.ToInt64(single.Value.ConstantValue.Value is char character ? character : single.Value.ConstantValue.Value)), labels[i]]);
                else
                    otherwise = labels[i];
            }
        }

        Code.Terminate(Op.Switch, [value.Id, otherwise, .. table]);
        for (var i = 0; i < labels.Length; i++)
        {
            Code.Label(labels[i]);
            foreach (var statement in choice.Cases[i].Body)
                Statement(statement);
            Code.Branch(merge);
        }
    }

    // One case after the other, within a switch of a single case: what breaks leaves that.
    private void SwitchByConditions(ISwitchOperation choice, Value value, uint merge)
    {
        var start = Builder.NewId();
        Code.Terminate(Op.Switch, Builder.Constant(0), start);
        Code.Label(start);
        foreach (var section in choice.Cases.Where(section => !section.Clauses.Any(clause => clause is IDefaultCaseClauseOperation)))
        {
            var condition = section.Clauses.Select(clause => Matches(clause, value)).Aggregate((a, b) => Code.Add(Op.LogicalOr, Builder.Bool, a, b));
            var (then, next) = (Builder.NewId(), Builder.NewId());
            Code.Do(Op.SelectionMerge, next, 0);
            Code.BranchConditional(condition, then, next);
            Code.Label(then);
            foreach (var statement in section.Body)
                Statement(statement);
            Code.Branch(merge);
            Code.Label(next);
        }

        foreach (var statement in choice.Cases.FirstOrDefault(section => section.Clauses.Any(clause => clause is IDefaultCaseClauseOperation))?.Body ?? [])
            Statement(statement);
        Code.Branch(merge);
    }

    private uint Matches(ICaseClauseOperation clause, Value value) => clause switch
    {
        ISingleValueCaseClauseOperation single => Compare(BinaryOperatorKind.Equals, value, single.Value),
        IPatternCaseClauseOperation pattern => Guarded(Match(pattern.Pattern, value), pattern.Guard),
        _ => throw Unsupported(clause, "this case"),
    };

    private uint Guarded(uint condition, IOperation? guard) => guard is null
        ? condition
        : Choose(condition, ScalarType.Bool, () => Evaluate(guard), () => Constant(ScalarType.Bool, false)).Id;

    private Value SwitchExpression(ISwitchExpressionOperation choice)
    {
        var type = TypeOf(choice);
        return Arms(choice.Arms, 0, Evaluate(choice.Value), type);
    }

    private Value Arms(IReadOnlyList<ISwitchExpressionArmOperation> arms, int first, Value value, DeviceType type)
    {
        // C# would throw if no arm fits.
        if (first == arms.Count)
            return Zero(type);
        var arm = arms[first];
        var condition = Guarded(Match(arm.Pattern, value), arm.Guard);
        return condition == Builder.Constant(true) || first == arms.Count - 1
            ? Evaluate(arm.Value)
            : Choose(condition, type, () => Evaluate(arm.Value), () => Arms(arms, first + 1, value, type));
    }

    /// <summary>Whether a value fits a pattern, whose variables are declared.</summary>
    private uint Match(IPatternOperation pattern, Value value)
    {
        switch (pattern)
        {
            case IDiscardPatternOperation:
                return Builder.Constant(true);
            case IConstantPatternOperation { Value.ConstantValue.Value: float.NaN or double.NaN }:
                return Code.Add(Op.FUnordNotEqual, Builder.Bool, value.Id, value.Id);
            case IConstantPatternOperation constant:
                return Compare(BinaryOperatorKind.Equals, value, constant.Value);
            case IRelationalPatternOperation relational:
                return Compare(relational.OperatorKind, value, relational.Value);
            case INegatedPatternOperation negated:
                return Not(Match(negated.Pattern, value)).Id;
            case IBinaryPatternOperation binary:
                var op = binary.OperatorKind == BinaryOperatorKind.Or ? Op.LogicalOr : Op.LogicalAnd;
                return Code.Add(op, Builder.Bool, Match(binary.LeftPattern, value), Match(binary.RightPattern, value));
            case IDeclarationPatternOperation { DeclaredSymbol: var symbol } declaration when declaration.MatchesNull || SameType(declaration.MatchedType, declaration.InputType):
                if (symbol is not null)
                    Declare(symbol, value);
                return Builder.Constant(true);
            case IRecursivePatternOperation recursive when value.Type is StructType:
                return Members(recursive, value);
            default:
                throw Unsupported(pattern, "this pattern", "patterns of constants, comparisons, and, or, not");
        }
    }

    private bool SameType(ITypeSymbol? first, ITypeSymbol second) =>
        first is not null && SymbolEqualityComparer.Default.Equals(typeArguments.Close(first), typeArguments.Close(second));

    private uint Members(IRecursivePatternOperation recursive, Value value)
    {
        if (recursive.DeclaredSymbol is { } symbol)
            Declare(symbol, value);
        var parts = recursive.DeconstructSymbol is IMethodSymbol method ? Deconstructed(method, value, recursive) : null;
        var conditions = recursive.DeconstructionSubpatterns.Select((part, i) => Match(part, parts is null ? FieldOf(value, i) : parts[i]))
            .Concat(recursive.PropertySubpatterns.Select(part => Match(part.Pattern, Member(part, value))));
        return conditions.Aggregate(Builder.Constant(true), (a, b) => a == Builder.Constant(true) ? b : Code.Add(Op.LogicalAnd, Builder.Bool, a, b));
    }

    private Value Member(IPropertySubpatternOperation part, Value owner) => part.Member switch
    {
        IFieldReferenceOperation field => FieldOf(owner, FieldName(field.Field), TypeOf(field)),
        IPropertyReferenceOperation property when BackingField(property.Property) is { } field => FieldOf(owner, field.Name, TypeOf(property)),
        IPropertyReferenceOperation { Property.GetMethod: { } getter } => Invoke(Target(getter, null, part), new Argument(owner, null), [], part, null),
        _ => throw Unsupported(part, "this pattern", "patterns of fields"),
    };

    private uint Compare(BinaryOperatorKind kind, Value value, IOperation with)
    {
        var other = Evaluate(with);
        if (value.Type is not ScalarType type || other.Type is not ScalarType)
            throw Unsupported(with, "this pattern", "patterns of constants, comparisons, and, or, not");
        return Operate(kind, value, Converted(other, type), with).Id;
    }
}
