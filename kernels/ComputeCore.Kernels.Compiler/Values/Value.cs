using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Values;

/// <summary>What an expression has been compiled to.</summary>
internal abstract class Value(DeviceType type)
{
    public DeviceType Type { get; } = type;

    /// <summary>The SPIR-V id of the value.</summary>
    public abstract uint Id { get; }

    public static Value Of(uint id, DeviceType type) => new Register(id, type);
}

/// <summary>A value in a register.</summary>
internal sealed class Register(uint id, DeviceType type) : Value(type)
{
    public override uint Id { get; } = id;
}

/// <summary>A value of a struct without fields.</summary>
internal sealed class EmptyValue(DeviceType type) : Value(type)
{
    public override uint Id => throw new InvalidOperationException("An empty value is nowhere.");
}

/// <summary>
/// A 64-bit integer that extends a signed 32-bit one. Most are array indices or are compared with others of the kind, and then
/// the 32-bit value does: the extension is written only when its id is asked for.
/// </summary>
internal sealed class ExtendedValue(Value narrow, Func<uint> extend) : Value(ScalarType.I64)
{
    public Value Narrow { get; } = narrow;

    public override uint Id => extend();
}

/// <summary>A view: of what memory is known while compiling, from where and how long is not.</summary>
/// <param name="root">The memory.</param>
/// <param name="offset">Elements before the first, a 32-bit integer; 0 for none.</param>
/// <param name="length">Elements, a 32-bit integer; 0 for all of the memory.</param>
internal sealed class ViewValue(ViewRoot root, uint offset = 0, uint length = 0) : Value(new ViewType(root.Element))
{
    public ViewRoot Root { get; } = root;

    public uint Offset { get; } = offset;

    public uint Length { get; } = length;

    public override uint Id => throw new InvalidOperationException("A view is no value of the device.");
}

/// <summary>Memory that views look at: a kernel's buffer as elements of one type, or an array in shared or private memory.</summary>
/// <param name="Variable">The id of the variable, or of the parameter that points to it.</param>
/// <param name="Storage">Where it is.</param>
/// <param name="Element">The elements' type.</param>
/// <param name="Length">How many elements an array has; 0 for a buffer, which knows at run time.</param>
/// <param name="Binding">A buffer's binding; -1 for an array.</param>
/// <param name="Vector">The vector type that an array is made of, where the elements are its components.</param>
internal sealed record ViewRoot(uint Variable, StorageClass Storage, DeviceType Element, int Length, int Binding, StructType? Vector = null)
{
    /// <summary>Components of a vector; 1 where elements are whole.</summary>
    public int Components => Vector?.Fields.Count ?? 1;
}
