using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

/// <summary>
/// The variables of a body that change after their declaration. The others need no memory: they are the values they begin with.
/// </summary>
internal sealed class MutatedSymbols
{
    private readonly HashSet<ISymbol> symbols = new(SymbolEqualityComparer.Default);

    public MutatedSymbols(IEnumerable<IOperation> bodies)
    {
        foreach (var operation in bodies.SelectMany(body => body.DescendantsAndSelf()))
            Visit(operation);
    }

    /// <summary>Whether the body writes to the struct that it is a method of.</summary>
    public bool Receiver { get; private set; }

    public bool Contains(ISymbol symbol) => symbols.Contains(symbol);

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case IDeconstructionAssignmentOperation { Target: ITupleOperation tuple }:
                foreach (var element in tuple.Elements)
                    Mark(element);
                break;
            case IAssignmentOperation { Target: { } target } assignment:
                Mark(target);
                if (assignment is ISimpleAssignmentOperation { IsRef: true })
                    Mark(assignment.Value);
                break;
            case IIncrementOrDecrementOperation { Target: { } target }:
                Mark(target);
                break;
            case IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out, Value: { } value }:
                Mark(value);
                break;
            case IInvocationOperation { Instance: { } instance, TargetMethod: var method } when !method.IsReadOnly && method.ContainingType.TypeKind != TypeKind.Class:
                Mark(instance);
                break;
            case IPropertyReferenceOperation { Instance: { } instance, Property.GetMethod: { IsReadOnly: false } getter } when !getter.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty:
                Mark(instance);
                break;
            case IVariableDeclaratorOperation { Symbol.RefKind: RefKind.Ref, Initializer.Value: { } value }:
                Mark(value);
                break;
            // Declared without a value, it gets one later.
            case IVariableDeclaratorOperation { Initializer: null } declarator when declarator.Parent is not IVariableDeclarationOperation { Initializer: not null }:
                symbols.Add(declarator.Symbol);
                break;
        }
    }

    private void Mark(IOperation target)
    {
        while (true)
        {
            switch (target)
            {
                case IFieldReferenceOperation { Instance: { } instance }:
                    target = instance;
                    continue;
                case IPropertyReferenceOperation { Instance: { } instance }:
                    target = instance;
                    continue;
                case IDeclarationExpressionOperation declaration:
                    target = declaration.Expression;
                    continue;
                case ITupleOperation tuple:
                    foreach (var element in tuple.Elements)
                        Mark(element);
                    return;
                case IParenthesizedOperation parenthesized:
                    target = parenthesized.Operand;
                    continue;
                case ILocalReferenceOperation local:
                    symbols.Add(local.Local);
                    return;
                case IParameterReferenceOperation parameter:
                    symbols.Add(parameter.Parameter);
                    return;
                case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }:
                    Receiver = true;
                    return;
                default:
                    return;
            }
        }
    }
}
