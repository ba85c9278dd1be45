using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Functions;

/// <summary>What a view argument is known to be while compiling. Offset and length, where there are any, are passed as integers.</summary>
/// <param name="Root">The memory; of a private array, which is passed by pointer, only the form counts.</param>
/// <param name="HasOffset">Whether it begins behind the memory's start.</param>
/// <param name="HasLength">Whether it is shorter than the memory.</param>
internal sealed record ViewShape(ViewRoot Root, bool HasOffset, bool HasLength)
{
    public static ViewShape Of(ViewValue view) => new(
        view.Root.Storage == StorageClass.Function ? view.Root with { Variable = 0 } : view.Root,
        view.Offset != 0,
        view.Length != 0);

    /// <summary>Whether the memory is passed by pointer.</summary>
    public bool IsPrivate => Root.Storage == StorageClass.Function;

    public override string ToString() => $"{Root.Storage}{Root.Variable}[{Root.Length}]{Root.Element}/{Root.Components}{(HasOffset ? "+" : "")}{(HasLength ? "-" : "")}";
}

/// <summary>A function of a module: a method, its type arguments (in the symbol), and what its views are views of.</summary>
/// <param name="Method">The method, constructed; of a local function the type arguments of those around it are in <paramref name="Outer"/>.</param>
/// <param name="Views">Each parameter's view; null for other parameters.</param>
/// <param name="Outer">The type arguments around a local function.</param>
/// <param name="Self">The struct that an interface's own implementation is for; null for other methods.</param>
internal sealed record FunctionKey(IMethodSymbol Method, IReadOnlyList<ViewShape?> Views, TypeArguments? Outer = null, ITypeSymbol? Self = null)
{
    public override string ToString() =>
        $"{Method.ContainingType?.ToDisplayString()}.{Method.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}" +
        $"@{Method.OriginalDefinition.Locations[0].SourceSpan}({string.Join(",", Method.Parameters.Select(parameter => $"{parameter.RefKind} {parameter.Type.ToDisplayString()}"))})" +
        $"<{string.Join(",", Method.TypeArguments.Select(type => type.ToDisplayString()))}>{Outer}{Self?.ToDisplayString()}|{string.Join("|", Views)}";
}

/// <summary>A compiled function.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Result">The type of its result.</param>
/// <param name="Receiver">How a struct's method takes the struct.</param>
internal sealed record CompiledFunction(uint Id, DeviceType Result, Passing Receiver);

/// <summary>How an argument reaches a function.</summary>
internal enum Passing
{
    /// <summary>Not at all: it holds nothing.</summary>
    None,

    /// <summary>As a value.</summary>
    Value,

    /// <summary>As a pointer to a variable.</summary>
    Pointer,
}
