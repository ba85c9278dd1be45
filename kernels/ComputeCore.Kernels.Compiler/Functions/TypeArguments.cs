using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Functions;

/// <summary>What the type parameters in a body stand for.</summary>
internal sealed class TypeArguments
{
    private readonly Dictionary<ITypeParameterSymbol, ITypeSymbol> arguments = new(SymbolEqualityComparer.Default);

    private readonly ITypeSymbol? face;
    private readonly ITypeSymbol? self;

    /// <summary>Of a method's type and its own, and of those around a local function.</summary>
    /// <param name="method">The method, constructed.</param>
    /// <param name="outer">Those around it.</param>
    /// <param name="self">The struct that the interface stands for of which the method is an implementation.</param>
    public TypeArguments(IMethodSymbol method, TypeArguments? outer, ITypeSymbol? self)
    {
        (this.self, face) = self is null ? (outer?.self, outer?.face) : (self, method.ContainingType.OriginalDefinition);
        if (outer is not null)
            foreach (var argument in outer.arguments)
                arguments[argument.Key] = argument.Value;
        for (var type = method.ContainingType; type is not null; type = type.ContainingType)
            for (var i = 0; i < type.Arity; i++)
                arguments[type.OriginalDefinition.TypeParameters[i]] = type.TypeArguments[i];
        for (var i = 0; i < method.Arity; i++)
            arguments[method.OriginalDefinition.TypeParameters[i]] = method.TypeArguments[i];
    }

    /// <summary>A type with all type parameters replaced.</summary>
    public ITypeSymbol Close(ITypeSymbol type) =>
        self is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, face) ? self : Replaced(type);

    private ITypeSymbol Replaced(ITypeSymbol type)
    {
        if (type is ITypeParameterSymbol parameter)
            return arguments.TryGetValue((ITypeParameterSymbol)parameter.OriginalDefinition, out var argument) ? argument : type;
        if (type is not INamedTypeSymbol named)
            return type;
        if (named.IsTupleType)
            named = named.TupleUnderlyingType ?? named;
        var definition = named.OriginalDefinition;
        if (named.ContainingType is { IsGenericType: true } container)
            definition = ((INamedTypeSymbol)Replaced(container)).GetTypeMembers(named.Name, named.Arity).Single();
        return named.Arity == 0 ? definition : definition.Construct([.. named.TypeArguments.Select(Close)]);
    }

    /// <summary>A method with all type parameters replaced, in its type and its own.</summary>
    public IMethodSymbol Close(IMethodSymbol method)
    {
        var definition = method.OriginalDefinition;
        if (method.MethodKind != MethodKind.LocalFunction && method.ContainingType is { IsGenericType: true } container)
            definition = Replaced(container).GetMembers(method.Name).OfType<IMethodSymbol>()
                .Single(member => SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method.OriginalDefinition));
        return method.Arity == 0 ? definition : definition.Construct([.. method.TypeArguments.Select(Close)]);
    }

    public override string ToString() => string.Join(",", arguments.Select(argument => $"{argument.Key.Name}={argument.Value.ToDisplayString()}"));
}
