using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Types;

/// <summary>
/// Writes device types into a module, in two forms: as registers and private memory hold them, and as buffers do. Integers below
/// 32 bits are extended in registers and halves are floats there, so that arithmetic needs no small types; buffers hold what C#
/// holds, field by field at C#'s offsets.
/// </summary>
internal sealed class TypeWriter(ModuleBuilder module)
{
    /// <summary>The form in registers, in variables of a function and in shared memory.</summary>
    public uint Value(DeviceType type)
    {
        switch (type)
        {
            case VoidType:
                return module.Void;
            case ScalarType scalar:
                return Value(scalar);
            case StructType { IsVector: true } vector:
                return module.Vector(Value(vector.Fields[0].Type), vector.Fields.Count);
            case StructType structure:
                return module.Struct(structure.Fields.Select(field => Value(field.Type)));
            default:
                throw new InvalidOperationException($"{type} has no form in registers.");
        }
    }

    /// <summary>The form in buffers of a type at addresses that are multiples of <paramref name="alignment"/>.</summary>
    public uint Stored(DeviceType type, int alignment)
    {
        switch (type)
        {
            case ScalarType { Size: 1 }:
                module.Add(Capability.StorageBuffer8BitAccess, "SPV_KHR_8bit_storage");
                return module.Int(8);
            case ScalarType { Size: 2 }:
                module.Add(Capability.StorageBuffer16BitAccess);
                return module.Int(16);
            case ScalarType scalar:
                return Value(scalar);
            case StructType structure when IsStoredAsVector(structure, alignment):
                return Value(structure);
            default:
                var fields = ((StructType)type).Fields;
                return module.Unique(
                    Op.TypeStruct,
                    "stored " + string.Join(" ", fields.Select(field => field.Offset)),
                    [.. fields.Select(field => Stored(field.Type, AlignmentAt(alignment, field.Offset)))],
                    id =>
                    {
                        for (var i = 0; i < fields.Count; i++)
                            module.DecorateMember(id, i, Decoration.Offset, (uint)fields[i].Offset);
                    });
        }
    }

    /// <summary>A vector in a buffer must lie at a multiple of its size; elsewhere it is a struct of scalars.</summary>
    public static bool IsStoredAsVector(DeviceType type, int alignment) => type is StructType { IsVector: true } && alignment % type.Size == 0;

    /// <summary>What addresses are a multiple of, <paramref name="offset"/> bytes behind a multiple of <paramref name="alignment"/>.</summary>
    public static int AlignmentAt(int alignment, int offset) => offset == 0 ? alignment : Math.Min(alignment, offset & -offset);

    /// <summary>What elements of an array lie at multiples of.</summary>
    public static int ElementAlignment(DeviceType element) => element.Size & -element.Size;

    private uint Value(ScalarType type)
    {
        if (type.Kind == ScalarKind.Bool)
            return module.Bool;
        if (type.Kind == ScalarKind.F64)
            module.Add(Capability.Float64);
        else if (type.Size == 8)
            module.Add(Capability.Int64);
        return type.IsFloat ? module.Float(type.RegisterBits) : module.Int(type.RegisterBits);
    }
}
