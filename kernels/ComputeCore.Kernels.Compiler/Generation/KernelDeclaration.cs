using ComputeCore.Kernels.Compiler.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ComputeCore.Kernels.Compiler.Generation;

/// <summary>What a kernel's declaration says, and whether it may.</summary>
internal static class KernelDeclaration
{
    /// <summary>The element type of an ILGPU view, or null for any other type.</summary>
    public static ITypeSymbol? ViewElement(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "ArrayView", Arity: 1, ContainingNamespace: { Name: "ILGPU", ContainingNamespace.IsGlobalNamespace: true } } view
            ? view.TypeArguments[0]
            : null;

    /// <summary>The type arguments of each <c>[KernelInstance]</c> that fits.</summary>
    public static IEnumerable<ITypeSymbol[]> Instances(IMethodSymbol method) =>
        InstanceAttributes(method).Select(TypeArguments).Where(types => types.Length == method.Arity);

    /// <summary>Reasons why no launch method can be made.</summary>
    public static IEnumerable<KernelError> Check(IMethodSymbol method)
    {
        var location = method.Locations[0];
        for (var type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            if (type.IsGenericType)
                yield return new(KernelDiagnostics.GenericClass, location, type.Name);
            if (!type.DeclaringSyntaxReferences.All(reference =>
                    reference.GetSyntax() is TypeDeclarationSyntax syntax && syntax.Modifiers.Any(modifier => modifier.ValueText == "partial")))
                yield return new(KernelDiagnostics.NotPartial, location, type.Name);
        }

        if (!method.IsStatic || !method.ReturnsVoid || method.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal))
            yield return new(KernelDiagnostics.KernelShape, location, method.Name);
        if (method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Count(IsKernel) > 1)
            yield return new(KernelDiagnostics.KernelOverloads, location, method.Name);
        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None || !((ViewElement(parameter.Type) ?? parameter.Type).IsUnmanagedType))
                yield return new(KernelDiagnostics.KernelParameter, parameter.Locations[0], parameter.Name, parameter.Type.ToDisplayString());
        }

        foreach (var instance in InstanceAttributes(method))
        {
            if (TypeArguments(instance).Length != method.Arity)
                yield return new(
                    KernelDiagnostics.KernelInstance, instance.ApplicationSyntaxReference?.GetSyntax().GetLocation() ?? location, method.Name, method.Arity.ToString());
        }
    }

    private static IEnumerable<AttributeData> InstanceAttributes(IMethodSymbol method) =>
        method.GetAttributes().Where(attribute => attribute.AttributeClass?.ToDisplayString() == KnownNames.KernelInstanceAttribute);

    private static ITypeSymbol[] TypeArguments(AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0] is { Kind: TypedConstantKind.Array, IsNull: false } array
            ? [.. array.Values.Select(value => value.Value).OfType<ITypeSymbol>()]
            : [];

    private static bool IsKernel(IMethodSymbol method) =>
        method.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == KnownNames.KernelAttribute);
}
