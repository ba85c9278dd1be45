using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Modules;

/// <summary>Finds the bodies of methods in source.</summary>
internal sealed class SourceReader(Compilation compilation)
{
    private readonly Dictionary<SyntaxTree, SemanticModel> models = [];

    /// <summary>The bound body of a method, accessor, operator or local function; null if it has none in source.</summary>
    public IOperation? Body(IMethodSymbol method)
    {
        var definition = method.OriginalDefinition;
        definition = definition.PartialImplementationPart ?? definition;
        var syntax = definition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();
        return syntax is null || syntax is TypeDeclarationSyntax ? null : Operation(syntax) switch
        {
            IMethodBodyBaseOperation body => body.BlockBody ?? body.ExpressionBody,
            ILocalFunctionOperation local => local.Body,
            IBlockOperation block => block,
            _ => null,
        };
    }

    /// <summary>Whether a constructor is a type's primary one.</summary>
    public static bool IsPrimary(IMethodSymbol constructor) =>
        constructor.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is TypeDeclarationSyntax;

    /// <summary>The initial values of a struct's fields and automatic properties.</summary>
    public IEnumerable<(IFieldSymbol Field, IOperation Value)> FieldInitializers(INamedTypeSymbol type)
    {
        foreach (var field in type.GetMembers().OfType<IFieldSymbol>().Where(field => !field.IsStatic))
        {
            var declared = (ISymbol?)field.AssociatedSymbol ?? field;
            var syntax = declared.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();
            var value = syntax switch
            {
                VariableDeclaratorSyntax { Initializer: { } initializer } => initializer,
                PropertyDeclarationSyntax { Initializer: { } initializer } => initializer,
                _ => null,
            };
            if (value is not null && Operation(value) is ISymbolInitializerOperation operation)
                yield return (field, operation.Value);
        }
    }

    /// <summary>A method of the compiler's own library.</summary>
    public IMethodSymbol LibraryMethod(string name) => LibrarySource.Method(compilation, name);

    /// <summary>The value of a static read-only field that nothing else sets; null if there is none.</summary>
    public IOperation? StaticValue(IFieldSymbol field) =>
        field.IsReadOnly
        && field.ContainingType.StaticConstructors.All(constructor => constructor.IsImplicitlyDeclared)
        && field.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer: { } initializer }
            ? (Operation(initializer) as ISymbolInitializerOperation)?.Value
            : null;

    /// <summary>The method that takes the value of a deconstruction apart; null for a tuple.</summary>
    public IMethodSymbol? Deconstructor(IDeconstructionAssignmentOperation deconstruction) =>
        deconstruction.Syntax is AssignmentExpressionSyntax syntax ? Model(syntax).GetDeconstructionInfo(syntax).Method : null;

    private IOperation? Operation(SyntaxNode syntax) => Model(syntax).GetOperation(syntax);

    private SemanticModel Model(SyntaxNode syntax)
    {
        if (!models.TryGetValue(syntax.SyntaxTree, out var model))
            models[syntax.SyntaxTree] = model = LibrarySource.Of(compilation, syntax.SyntaxTree).GetSemanticModel(syntax.SyntaxTree);
        return model;
    }
}
