using System.Collections.Immutable;
using ComputeCore.Kernels.Compiler.Generation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>Runs the generator on source text, in this process.</summary>
internal static class Compilations
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "ILGPU.dll" or "ILGPU.Algorithms.dll" or "ComputeCore.Kernels.Launching.dll"))
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    /// <summary>A compilation of a source text, in which the kernels' namespaces are imported.</summary>
    public static CSharpCompilation Of(string source, bool isDebug = false) => CSharpCompilation.Create(
        "Sample",
        [CSharpSyntaxTree.ParseText("using System; using ILGPU; using ComputeCore.Kernels;\n" + source, path: "Sample.cs")],
        References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            allowUnsafe: true,
            optimizationLevel: isDebug ? OptimizationLevel.Debug : OptimizationLevel.Release));

    /// <summary>Adds what the generator makes of a source text.</summary>
    public static (Compilation Output, ImmutableArray<Diagnostic> Diagnostics) Generate(string source)
    {
        var driver = CSharpGeneratorDriver.Create(new KernelGenerator());
        driver.RunGeneratorsAndUpdateCompilation(Of(source), out var output, out var diagnostics);
        return (output, diagnostics);
    }
}
