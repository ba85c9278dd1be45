using ComputeCore.Kernels.Compiler.Values;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Intrinsics;

/// <summary>Writes a use of a known member.</summary>
internal delegate Value IntrinsicCode(IntrinsicCall call);

/// <summary>The members of ILGPU and .NET that the compiler knows, by namespace, type and name; properties by their accessors.</summary>
internal static class IntrinsicTable
{
    private static readonly Dictionary<string, IntrinsicCode> Known = Join(
        ThreadIntrinsics.All, MemoryIntrinsics.All, AtomicIntrinsics.All, MathIntrinsics.All, BitIntrinsics.All);

    public static bool TryGet(IMethodSymbol method, out IntrinsicCode code)
    {
        code = null!;
        return method.ContainingType is not null && method.DeclaringSyntaxReferences.IsEmpty && Known.TryGetValue(NameOf(method), out code!);
    }

    public static string NameOf(IMethodSymbol method) => $"{method.ContainingType.ContainingNamespace.ToDisplayString()}.{method.ContainingType.Name}.{method.Name}";

    private static Dictionary<string, IntrinsicCode> Join(params IEnumerable<KeyValuePair<string, IntrinsicCode>>[] tables) =>
        tables.SelectMany(table => table).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
}
