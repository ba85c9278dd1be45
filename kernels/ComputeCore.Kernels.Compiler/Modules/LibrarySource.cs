using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace ComputeCore.Kernels.Compiler.Modules;

/// <summary>The compiler's own C#, bound against the references of the kernels' project when a kernel first needs it.</summary>
internal static class LibrarySource
{
    private const string File = "DeviceLibrary.cs";

    private static readonly ConditionalWeakTable<Compilation, Compilation> Bound = new();

    /// <summary>The library's method of a name.</summary>
    public static IMethodSymbol Method(Compilation kernels, string name) =>
        For(kernels).GetTypeByMetadataName("ComputeCore.Kernels.Library.DeviceLibrary")!.GetMembers(name).OfType<IMethodSymbol>().Single();

    /// <summary>The compilation that a syntax tree is part of: the kernels' or the library's.</summary>
    public static Compilation Of(Compilation kernels, SyntaxTree tree) => kernels.ContainsSyntaxTree(tree) ? kernels : For(kernels);

    private static Compilation For(Compilation kernels) => Bound.GetValue(kernels, key =>
    {
        using var text = typeof(LibrarySource).Assembly.GetManifestResourceStream(File)!;
        return CSharpCompilation.Create(
            "ComputeCore.Kernels.Library",
            [CSharpSyntaxTree.ParseText(SourceText.From(text), path: File)],
            key.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    });
}
