namespace ComputeCore.Kernels.Compiler.Types;

/// <summary>A type that kernels can hold.</summary>
internal abstract class DeviceType
{
    /// <summary>Bytes in memory, as C# lays the type out.</summary>
    public abstract int Size { get; }

    /// <summary>What addresses are a multiple of.</summary>
    public abstract int Alignment { get; }

    /// <summary>Whether values hold nothing, as those of operator structs do; such values are never written out.</summary>
    public virtual bool IsEmpty => false;
}

/// <summary>What a method without a result returns.</summary>
internal sealed class VoidType : DeviceType
{
    public static readonly VoidType Instance = new();

    public override int Size => 0;

    public override int Alignment => 1;

    public override bool IsEmpty => true;
}

internal enum ScalarKind
{
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    F32,
    F64,
}

/// <summary>A number or a truth value.</summary>
internal sealed class ScalarType : DeviceType
{
    public static readonly ScalarType Bool = new(ScalarKind.Bool, 1);
    public static readonly ScalarType I32 = new(ScalarKind.I32, 4);
    public static readonly ScalarType U32 = new(ScalarKind.U32, 4);
    public static readonly ScalarType I64 = new(ScalarKind.I64, 8);
    public static readonly ScalarType U64 = new(ScalarKind.U64, 8);
    public static readonly ScalarType F16 = new(ScalarKind.F16, 2);
    public static readonly ScalarType F32 = new(ScalarKind.F32, 4);
    public static readonly ScalarType F64 = new(ScalarKind.F64, 8);
    public static readonly ScalarType I8 = new(ScalarKind.I8, 1);
    public static readonly ScalarType U8 = new(ScalarKind.U8, 1);
    public static readonly ScalarType I16 = new(ScalarKind.I16, 2);
    public static readonly ScalarType U16 = new(ScalarKind.U16, 2);

    private ScalarType(ScalarKind kind, int size) => (Kind, Size) = (kind, size);

    public ScalarKind Kind { get; }

    public override int Size { get; }

    public override int Alignment => Size;

    public bool IsFloat => Kind is ScalarKind.F16 or ScalarKind.F32 or ScalarKind.F64;

    public bool IsInteger => Kind is not ScalarKind.Bool && !IsFloat;

    public bool IsSigned => Kind is ScalarKind.I8 or ScalarKind.I16 or ScalarKind.I32 or ScalarKind.I64;

    /// <summary>Bits in a register: integers below 32 bits are held extended to 32, halves as floats.</summary>
    public int RegisterBits => Size == 8 ? 64 : 32;

    public override string ToString() => Kind.ToString();
}

/// <summary>A field of a struct.</summary>
internal sealed record Field(string Name, DeviceType Type, int Offset);

/// <summary>A struct; fields that hold nothing are left out.</summary>
internal sealed class StructType(string name, IReadOnlyList<Field> fields, int size, int alignment) : DeviceType
{
    public string Name { get; } = name;

    public IReadOnlyList<Field> Fields { get; } = fields;

    public override int Size { get; } = size;

    public override int Alignment { get; } = alignment;

    public override bool IsEmpty => Fields.Count == 0;

    /// <summary>
    /// Two or four equal scalars of 32 bits are a SPIR-V vector, which memory takes in one access.
    /// </summary>
    public bool IsVector { get; } = fields.Count is 2 or 4
        && fields[0].Type is ScalarType { Kind: ScalarKind.F32 or ScalarKind.I32 or ScalarKind.U32 } first
        && fields.Select((field, i) => field.Type == first && field.Offset == 4 * i).All(same => same)
        && size == 4 * fields.Count;

    /// <summary>The place of a field among the fields; -1 if it holds nothing.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Count; i++)
            if (Fields[i].Name == name)
                return i;
        return -1;
    }

    public override string ToString() => Name;
}

/// <summary>A view. Views exist while compiling only: each use names the buffer or array it is a view of.</summary>
internal sealed class ViewType(DeviceType element) : DeviceType
{
    public DeviceType Element { get; } = element;

    public override int Size => 0;

    public override int Alignment => 1;
}
