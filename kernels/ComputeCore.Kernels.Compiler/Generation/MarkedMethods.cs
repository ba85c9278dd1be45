using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ComputeCore.Kernels.Compiler.Generation;

/// <summary>Finds the kernels and device functions of a compilation.</summary>
internal static class MarkedMethods
{
    public static (IReadOnlyList<IMethodSymbol> Kernels, IReadOnlyList<IMethodSymbol> Functions) Find(Compilation compilation, CancellationToken cancellation)
    {
        var kernels = new List<IMethodSymbol>();
        var functions = new List<IMethodSymbol>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            var methods = tree.GetRoot(cancellation).DescendantNodes(node => node is not BaseMethodDeclarationSyntax)
                .OfType<MethodDeclarationSyntax>().Where(method => method.AttributeLists.Count > 0).ToArray();
            if (methods.Length == 0)
                continue;
            var model = compilation.GetSemanticModel(tree);
            foreach (var symbol in methods.Select(method => model.GetDeclaredSymbol(method, cancellation)).OfType<IMethodSymbol>())
            {
                if (Has(symbol, KnownNames.KernelAttribute))
                    kernels.Add(symbol);
                if (Has(symbol, KnownNames.DeviceFunctionAttribute))
                    functions.Add(symbol);
            }
        }

        return (kernels, functions);
    }

    private static bool Has(IMethodSymbol method, string attribute) =>
        method.GetAttributes().Any(data => data.AttributeClass?.ToDisplayString() == attribute);
}
