using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ComputeCore.Kernels.Compiler.Generation;

/// <summary>A class that holds kernels: what it takes to reopen it in generated source.</summary>
/// <param name="MetadataName">Its name with namespace, nested types after a <c>+</c>.</param>
/// <param name="Namespace">Its namespace; empty if global.</param>
/// <param name="Headers">The declarations to reopen, outermost first, one to a line.</param>
/// <param name="FullName">How generated source names it from elsewhere.</param>
/// <param name="Accessibility">That of the nested classes: <c>public</c> or <c>internal</c>.</param>
internal sealed record ClassModel(string MetadataName, string Namespace, string Headers, string FullName, string Accessibility);

/// <summary>A kernel's declaration, as text, so that equal declarations compare equal between edits.</summary>
/// <param name="Class">The containing class.</param>
/// <param name="Name">The method's name.</param>
/// <param name="Accessibility">The method's accessibility.</param>
/// <param name="TypeParameters"><c>&lt;TOp&gt;</c>, or empty.</param>
/// <param name="Constraints">The where clauses, or empty.</param>
/// <param name="Parameters">The launch method's parameters after grid and group, each preceded by a comma.</param>
/// <param name="Arguments">The launch method's arguments.</param>
/// <param name="Signature">The calls that build the <c>KernelSignature</c>.</param>
/// <param name="Instances">Type argument lists like <c>&lt;Add&gt;</c>, separated by newlines; one empty for a plain kernel.</param>
/// <param name="IsValid">Whether a launch method can be made; the compiler reports why not.</param>
internal sealed record KernelModel(
    ClassModel Class,
    string Name,
    string Accessibility,
    string TypeParameters,
    string Constraints,
    string Parameters,
    string Arguments,
    string Signature,
    string Instances,
    bool IsValid)
{
    /// <summary>How generated source writes types: with all namespaces, keywords escaped.</summary>
    public static readonly SymbolDisplayFormat TypeFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static KernelModel From(IMethodSymbol method)
    {
        var views = method.Parameters.Select(parameter => KernelDeclaration.ViewElement(parameter.Type)).ToArray();
        var elements = method.Parameters.Select((parameter, i) => (views[i] ?? parameter.Type).ToDisplayString(TypeFormat)).ToArray();
        var names = method.Parameters.Select(parameter => "@" + parameter.Name).ToArray();
        return new KernelModel(
            ClassOf(method.ContainingType),
            method.Name,
            Text(method.DeclaredAccessibility),
            TypeParameterList(method),
            string.Concat(method.TypeParameters.Select(Constraint)),
            string.Concat(names.Select((name, i) => views[i] is null
                ? $", {elements[i]} {name}"
                : $", global::ComputeCore.Kernels.DeviceView<{elements[i]}> {name}")),
            string.Join(", ", names.Select((name, i) => $"global::ComputeCore.Kernels.KernelArgument.{(views[i] is null ? "Value" : "View")}({name})")),
            string.Concat(method.Parameters.Select((parameter, i) => $".{(views[i] is null ? "Scalar" : "View")}<{elements[i]}>(\"{parameter.Name}\")")),
            string.Join("\n", method.IsGenericMethod ? KernelDeclaration.Instances(method).Select(TypeArgumentList) : [""]),
            !KernelDeclaration.Check(method).Any());
    }

    /// <summary>Type arguments as source: <c>&lt;global::Add, float&gt;</c>.</summary>
    public static string TypeArgumentList(IEnumerable<ITypeSymbol> types) => $"<{string.Join(", ", types.Select(type => type.ToDisplayString(TypeFormat)))}>";

    /// <summary>Type parameters as source, or nothing.</summary>
    public static string TypeParameterList(IMethodSymbol method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.TypeParameters.Select(parameter => parameter.Name))}>" : "";

    /// <summary>A type parameter's where clause, or nothing.</summary>
    public static string Constraint(ITypeParameterSymbol parameter)
    {
        var parts = new List<string> { parameter.HasUnmanagedTypeConstraint ? "unmanaged" : parameter.HasValueTypeConstraint ? "struct" : "" };
        parts.AddRange(parameter.ConstraintTypes.Where(type => type.SpecialType != SpecialType.System_ValueType).Select(type => type.ToDisplayString(TypeFormat)));
        parts.RemoveAll(part => part.Length == 0);
        return parts.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", parts)}";
    }

    /// <summary>The class that holds a kernel.</summary>
    public static ClassModel ClassOf(INamedTypeSymbol type)
    {
        var chain = new List<INamedTypeSymbol>();
        for (var current = type; current is not null; current = current.ContainingType)
            chain.Insert(0, current);
        var space = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();
        return new ClassModel(
            (space.Length > 0 ? space + "." : "") + string.Join("+", chain.Select(part => part.MetadataName)),
            space,
            string.Join("\n", chain.Select(part => $"{(part.IsStatic ? "static " : "")}partial {Keyword(part)} {part.Name}")),
            type.ToDisplayString(TypeFormat),
            chain.All(part => part.DeclaredAccessibility == Microsoft.CodeAnalysis.Accessibility.Public) ? "public" : "internal");
    }

    private static string Keyword(INamedTypeSymbol type) => (type.IsRecord, type.TypeKind) switch
    {
        (true, TypeKind.Struct) => "record struct",
        (true, _) => "record",
        (_, TypeKind.Struct) => "struct",
        (_, TypeKind.Interface) => "interface",
        _ => "class",
    };

    private static string Text(Accessibility accessibility) => SyntaxFacts.GetText(accessibility);
}
