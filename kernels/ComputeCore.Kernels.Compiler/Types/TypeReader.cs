using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Compiler.Generation;
using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Types;

/// <summary>Makes device types of C# types.</summary>
internal sealed class TypeReader
{
    private static readonly string[] Axes = ["X", "Y", "Z"];

    private readonly Dictionary<ITypeSymbol, DeviceType> known = new(SymbolEqualityComparer.Default);

    /// <summary>The device's form of a type without open type parameters.</summary>
    /// <exception cref="KernelException">Kernels can't hold the type.</exception>
    public DeviceType Read(ITypeSymbol type, Location location)
    {
        if (type is INamedTypeSymbol { TupleUnderlyingType: { } tuple })
            type = tuple;
        if (!known.TryGetValue(type, out var result))
            known[type] = result = Make(type, location);
        return result;
    }

    private DeviceType Make(ITypeSymbol type, Location location)
    {
        if (KernelDeclaration.ViewElement(type) is { } element)
            return new ViewType(Read(element, location));
        if (Scalar(type) is { } scalar)
            return scalar;
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } underlying })
            return Scalar(underlying)!;
        if (type is IArrayTypeSymbol or INamedTypeSymbol { Name: "Span" or "ReadOnlySpan", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } })
            throw new KernelException(KernelDiagnostics.Unsupported, location, $"a {type.ToDisplayString()}", "ArrayView<T>, and LocalMemory.Allocate<T>(n) or SharedMemory.Allocate<T>(n) for memory of its own");
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Struct } structure)
            throw new KernelException(KernelDiagnostics.Type, location, type.ToDisplayString());
        if (IlgpuIndex(structure) is { } index)
            return index;
        if (!structure.IsTupleType && structure.DeclaringSyntaxReferences.IsEmpty)
            throw new KernelException(KernelDiagnostics.Type, location, type.ToDisplayString());
        return Struct(structure, location);
    }

    private static ScalarType? Scalar(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => ScalarType.Bool,
        SpecialType.System_SByte => ScalarType.I8,
        SpecialType.System_Byte => ScalarType.U8,
        SpecialType.System_Int16 => ScalarType.I16,
        SpecialType.System_UInt16 or SpecialType.System_Char => ScalarType.U16,
        SpecialType.System_Int32 => ScalarType.I32,
        SpecialType.System_UInt32 => ScalarType.U32,
        SpecialType.System_Int64 => ScalarType.I64,
        SpecialType.System_UInt64 => ScalarType.U64,
        SpecialType.System_Single => ScalarType.F32,
        SpecialType.System_Double => ScalarType.F64,
        SpecialType.System_Void => null,
        _ when type.ToDisplayString() is "System.Half" or "ILGPU.Half" => ScalarType.F16,
        _ => null,
    };

    // ILGPU's indices are structs of integers behind properties.
    private static StructType? IlgpuIndex(INamedTypeSymbol type)
    {
        if (type.ContainingNamespace is not { Name: "ILGPU", ContainingNamespace.IsGlobalNamespace: true })
            return null;
        var (count, component) = type.Name switch
        {
            "Index1D" => (1, ScalarType.I32),
            "Index2D" => (2, ScalarType.I32),
            "Index3D" => (3, ScalarType.I32),
            "LongIndex1D" => (1, ScalarType.I64),
            "LongIndex2D" => (2, ScalarType.I64),
            "LongIndex3D" => (3, ScalarType.I64),
            _ => (0, ScalarType.I32),
        };
        if (count == 0)
            return null;
        var fields = Axes.Take(count).Select((name, i) => new Field(name, component, i * component.Size)).ToArray();
        return new StructType(type.Name, fields, count * component.Size, component.Size);
    }

    private StructType Struct(INamedTypeSymbol type, Location location)
    {
        var fields = new List<Field>();
        var end = 0;
        var alignment = 1;
        foreach (var symbol in type.GetMembers().OfType<IFieldSymbol>().Where(field => !field.IsStatic && !field.IsConst && IsOwn(type, field)))
        {
            if (symbol.IsFixedSizeBuffer)
                throw new KernelException(KernelDiagnostics.Type, location, symbol.ToDisplayString());
            var field = Read(symbol.Type, location);
            if (field is ViewType)
                throw new KernelException(KernelDiagnostics.ViewStored, location, symbol.Name);
            // An empty struct still takes a byte in C#.
            var offset = (end + field.Alignment - 1) / field.Alignment * field.Alignment;
            if (!field.IsEmpty)
                fields.Add(new Field(symbol.Name, field, offset));
            end = offset + Math.Max(field.Size, 1);
            alignment = Math.Max(alignment, field.Alignment);
        }

        return new StructType(type.ToDisplayString(), fields, Math.Max(1, (end + alignment - 1) / alignment * alignment), alignment);
    }

    // A tuple's symbol lists its named elements beside the fields they stand for.
    private static bool IsOwn(INamedTypeSymbol type, IFieldSymbol field) => !type.IsTupleType || SymbolEqualityComparer.Default.Equals(field, field.CorrespondingTupleField);
}
