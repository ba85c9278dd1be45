using System.Text.Json;

namespace ComputeCore.Formats.Safetensors;

/// <summary>The format's element types: their names, sizes, and which of them are ComputeCore's.</summary>
internal static class SafetensorsType
{
    /// <summary>IEEE's 16-bit floating point.</summary>
    public const string Half = "F16";

    /// <summary>The first 16 bits of a 32-bit floating-point number.</summary>
    public const string BrainHalf = "BF16";

    private static readonly (string Name, int Bits, ElementType? Type)[] Known =
    [
        ("F32", 32, ElementType.Float32), ("F64", 64, ElementType.Float64),
        ("I32", 32, ElementType.Int32), ("I64", 64, ElementType.Int64),
        ("U8", 8, ElementType.UInt8), ("BOOL", 8, ElementType.Bool),
        (Half, 16, ElementType.Float32), (BrainHalf, 16, ElementType.Float32), ("I8", 8, null), ("I16", 16, null), ("U16", 16, null), ("U32", 32, null),
        ("U64", 64, null), ("C64", 64, null), ("F8_E4M3", 8, null), ("F8_E5M2", 8, null), ("F8_E8M0", 8, null),
        ("F6_E2M3", 6, null), ("F6_E3M2", 6, null), ("F4", 4, null),
    ];

    /// <summary>The string at which a reader stands; for a known type always the same instance, so that none is allocated.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        foreach (var (name, _, _) in Known)
        {
            if (reader.ValueTextEquals(name))
                return name;
        }

        return reader.GetString()!;
    }

    /// <summary>ComputeCore's type of a name, null where it has none. Half-precision numbers are widened when they are read.</summary>
    public static ElementType? ElementTypeOf(string name) => Array.Find(Known, known => known.Name == name).Type;

    /// <summary>Bits of one element, null for a name that the format did not have when this was written.</summary>
    public static int? BitsOf(string name) => Array.Find(Known, known => known.Name == name) is { Name: not null } known ? known.Bits : null;

    /// <summary>The format's name of an element type.</summary>
    public static string NameOf(ElementType type) => Array.Find(Known, known => known.Type == type).Name;
}
