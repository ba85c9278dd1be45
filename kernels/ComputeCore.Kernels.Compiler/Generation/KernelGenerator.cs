using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ComputeCore.Kernels.Compiler.Generation;

/// <summary>
/// Adds to each class with <c>[Kernel]</c> methods its launch methods, and compiles the kernels to SPIR-V.
/// </summary>
/// <remarks>
/// Launch methods depend on declarations only and are kept current while one types; the bodies are compiled in builds.
/// </remarks>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var kernels = context.SyntaxProvider.ForAttributeWithMetadataName(
                KnownNames.KernelAttribute,
                (node, _) => node is MethodDeclarationSyntax,
                (match, _) => KernelModel.From((IMethodSymbol)match.TargetSymbol))
            .Collect();
        var assembly = context.CompilationProvider.Select((compilation, _) => compilation.AssemblyName ?? "Assembly");

        context.RegisterSourceOutput(kernels.Combine(assembly), (output, input) => AddLaunchers(output, input.Left, input.Right));
    }

    private static void AddLaunchers(SourceProductionContext output, ImmutableArray<KernelModel> kernels, string assembly)
    {
        var classes = kernels.Where(kernel => kernel.IsValid).GroupBy(kernel => kernel.Class).OrderBy(group => group.Key.MetadataName, StringComparer.Ordinal).ToArray();
        foreach (var group in classes)
            Add(output, $"{group.Key.MetadataName}.Dispatch", LauncherSource.ForClass(group.Key, [.. group]));
        if (classes.Length > 0)
            Add(output, "KernelCatalog", LauncherSource.Catalog(assembly, classes.Select(group => group.Key)));
    }

    private static void Add(SourceProductionContext output, string name, string text) =>
        output.AddSource($"{name.Replace('+', '.')}.g.cs", SourceText.From(text, Encoding.UTF8));
}
