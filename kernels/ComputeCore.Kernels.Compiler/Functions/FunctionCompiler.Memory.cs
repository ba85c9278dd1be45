using ComputeCore.Kernels.Compiler.Types;
using ComputeCore.Kernels.Compiler.Values;
using ComputeCore.Kernels.Spirv;

namespace ComputeCore.Kernels.Compiler.Functions;

// Reading and writing memory.
internal sealed partial class FunctionCompiler
{
    public Value Load(Place place)
    {
        if (place.Type.IsEmpty)
            return new EmptyValue(place.Type);
        if (IsStoredByField(place))
            return Compose((StructType)place.Type, field => Load(FieldOf(place, field)));
        var stored = StoredType(place);
        var value = Code.Add(Op.Load, stored, Address(place));
        return new Register(place.Alignment == 0 ? value : FromStored(value, place.Type), place.Type);
    }

    public void Store(Place place, Value value)
    {
        if (place.Type.IsEmpty)
            return;
        if (IsStoredByField(place))
        {
            var structure = (StructType)place.Type;
            for (var i = 0; i < structure.Fields.Count; i++)
                Store(FieldOf(place, i), FieldOf(value, i));
            return;
        }

        Code.Do(Op.Store, Address(place), place.Alignment == 0 ? value.Id : ToStored(value));
    }

    /// <summary>A pointer to the place.</summary>
    public uint Address(Place place) => place.Indices.Count == 0
        ? place.Variable
        : Code.Add(Op.AccessChain, Builder.Pointer(place.Storage, StoredType(place)), [place.Variable, .. place.Indices]);

    /// <summary>The place with its address computed: later changes of indices don't move it.</summary>
    private Place Pin(Place place)
    {
        if (place.Indices.Count == 0 || IsStoredByField(place))
            return place;
        var address = Address(place);
        pinned.Add(address);
        return place with { Variable = address, Indices = [] };
    }

    // Pointers to parts, which can't be passed on to functions.
    private readonly HashSet<uint> pinned = [];

    private Place? FieldOf(Place place, string name)
    {
        var index = ((StructType)place.Type).IndexOf(name);
        return index < 0 ? null : FieldOf(place, index);
    }

    private Place FieldOf(Place place, int index)
    {
        var field = ((StructType)place.Type).Fields[index];
        var alignment = place.Alignment == 0 ? 0 : TypeWriter.AlignmentAt(place.Alignment, field.Offset);
        return place with { Indices = [.. place.Indices, Builder.Constant(index)], Type = field.Type, Alignment = alignment };
    }

    public Value FieldOf(Value value, int index)
    {
        var field = ((StructType)value.Type).Fields[index];
        return new Register(Code.Add(Op.CompositeExtract, Module.Types.Value(field.Type), value.Id, (uint)index), field.Type);
    }

    private Value FieldOf(Value value, string name, DeviceType type) =>
        type.IsEmpty || value.Type.IsEmpty ? new EmptyValue(type) : FieldOf(value, ((StructType)value.Type).IndexOf(name));

    /// <summary>A struct of its fields' values.</summary>
    public Value Compose(StructType type, Func<int, Value> field) => type.IsEmpty
        ? new EmptyValue(type)
        : new Register(Code.Add(Op.CompositeConstruct, Module.Types.Value(type), [.. type.Fields.Select((_, i) => field(i).Id)]), type);

    public Value Zero(DeviceType type) => type.IsEmpty ? new EmptyValue(type) : new Register(Builder.Null(Module.Types.Value(type)), type);

    private static bool IsStoredByField(Place place) =>
        place.Alignment != 0 && place.Type is StructType && !TypeWriter.IsStoredAsVector(place.Type, place.Alignment);

    private uint StoredType(Place place) => place.Alignment == 0 ? Module.Types.Value(place.Type) : Module.Types.Stored(place.Type, place.Alignment);

    private uint FromStored(uint value, DeviceType type)
    {
        var register = Builder.Int(32);
        return (type as ScalarType)?.Kind switch
        {
            ScalarKind.Bool => Code.Add(Op.INotEqual, Builder.Bool, Code.Add(Op.UConvert, register, value), Builder.Constant(0)),
            ScalarKind.I8 or ScalarKind.I16 => Code.Add(Op.SConvert, register, value),
            ScalarKind.U8 or ScalarKind.U16 => Code.Add(Op.UConvert, register, value),
            ScalarKind.F16 => HalfToFloat(Code.Add(Op.UConvert, register, value)),
            _ => value,
        };
    }

    private uint ToStored(Value value) => (value.Type as ScalarType)?.Kind switch
    {
        ScalarKind.Bool => Code.Add(Op.UConvert, Builder.Int(8), Code.Add(Op.Select, Builder.Int(32), value.Id, Builder.Constant(1), Builder.Constant(0))),
        ScalarKind.I8 or ScalarKind.U8 => Code.Add(Op.UConvert, Builder.Int(8), value.Id),
        ScalarKind.I16 or ScalarKind.U16 => Code.Add(Op.UConvert, Builder.Int(16), value.Id),
        ScalarKind.F16 => Code.Add(Op.UConvert, Builder.Int(16), FloatToHalf(value.Id)),
        _ => value.Id,
    };

    /// <summary>The float that a half's bits, in the lower part of an integer, stand for.</summary>
    public uint HalfToFloat(uint bits) => Code.Add(
        Op.CompositeExtract, Builder.Float(32), Code.Glsl(Glsl.UnpackHalf2x16, Builder.Vector(Builder.Float(32), 2), bits), 0);

    /// <summary>The bits of a half, which a register holds as a float, in the lower part of an integer.</summary>
    public uint FloatToHalf(uint value)
    {
        var pair = Code.Add(Op.CompositeConstruct, Builder.Vector(Builder.Float(32), 2), value, Builder.Constant(Builder.Float(32), 0));
        return Code.Glsl(Glsl.PackHalf2x16, Builder.Int(32), pair);
    }
}
