using System.Collections.Immutable;
using System.Text;
using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Modules;
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
        context.RegisterImplementationSourceOutput(context.CompilationProvider, AddModules);
    }

    private static void AddLaunchers(SourceProductionContext output, ImmutableArray<KernelModel> kernels, string assembly)
    {
        var classes = kernels.Where(kernel => kernel.IsValid).GroupBy(kernel => kernel.Class).OrderBy(group => group.Key.MetadataName, StringComparer.Ordinal).ToArray();
        foreach (var group in classes)
            Add(output, $"{group.Key.MetadataName}.Dispatch", LauncherSource.ForClass(group.Key, [.. group]));
        if (classes.Length > 0)
            Add(output, "KernelCatalog", LauncherSource.Catalog(assembly, classes.Select(group => group.Key)));
    }

    private static void AddModules(SourceProductionContext output, Compilation compilation)
    {
        var reported = new HashSet<string>(StringComparer.Ordinal);
        var (kernels, functions) = MarkedMethods.Find(compilation, output.CancellationToken);
        foreach (var error in kernels.SelectMany(KernelDeclaration.Check))
            Report(error);
        foreach (var group in kernels.Where(kernel => !KernelDeclaration.Check(kernel).Any()).GroupBy(kernel => kernel.ContainingType, SymbolEqualityComparer.Default))
        {
            var type = KernelModel.ClassOf((INamedTypeSymbol)group.Key!);
            Add(output, $"{type.MetadataName}.Spirv", ModuleSource.ForClass(type, [.. group], Compile));
        }

        if (functions.Count > 0)
            Add(output, "DeviceLibrary", ModuleSource.Library(compilation.AssemblyName ?? "Assembly", Taken(KernelCompiler.Library(compilation, functions))));

        byte[] Compile(IMethodSymbol kernel, ITypeSymbol[] typeArguments)
        {
            output.CancellationToken.ThrowIfCancellationRequested();
            return Taken(KernelCompiler.Kernel(compilation, kernel, typeArguments));
        }

        byte[] Taken(CompiledModule module)
        {
            foreach (var error in module.Errors)
                Report(error);
            return module.Module;
        }

        // Instances of one kernel have the same errors.
        void Report(KernelError error)
        {
            var diagnostic = error.ToDiagnostic();
            if (reported.Add(diagnostic.ToString()))
                output.ReportDiagnostic(diagnostic);
        }
    }

    private static void Add(SourceProductionContext output, string name, string text) =>
        output.AddSource($"{name.Replace('+', '.')}.g.cs", SourceText.From(text, Encoding.UTF8));
}
