namespace ComputeCore;

/// <summary>The type of a tensor's elements.</summary>
public enum ElementType
{
    /// <summary>32-bit IEEE floating point.</summary>
    Float32,

    /// <summary>64-bit IEEE floating point. Only the reference device computes with it.</summary>
    Float64,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>64-bit signed integer; class labels and indices.</summary>
    Int64,

    /// <summary>8-bit unsigned integer; pixels.</summary>
    UInt8,

    /// <summary>A truth value in one byte, 0 or 1.</summary>
    Bool,
}

/// <summary>What is known of each <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes that one element occupies.</summary>
    public static int SizeInBytes(this ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Float64 or ElementType.Int64 => 8,
        _ => 1,
    };

    /// <summary>Whether the type holds real numbers, and so has gradients.</summary>
    public static bool IsFloatingPoint(this ElementType type) => type is ElementType.Float32 or ElementType.Float64;

    /// <summary>The name used in messages: f32, f64, i32, i64, u8, bool.</summary>
    public static string ShortName(this ElementType type) => type switch
    {
        ElementType.Float32 => "f32",
        ElementType.Float64 => "f64",
        ElementType.Int32 => "i32",
        ElementType.Int64 => "i64",
        ElementType.UInt8 => "u8",
        _ => "bool",
    };

    /// <summary>The element type that holds values of <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is no element type.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return ElementType.Float32;
        if (typeof(T) == typeof(double)) return ElementType.Float64;
        if (typeof(T) == typeof(int)) return ElementType.Int32;
        if (typeof(T) == typeof(long)) return ElementType.Int64;
        if (typeof(T) == typeof(byte)) return ElementType.UInt8;
        if (typeof(T) == typeof(bool)) return ElementType.Bool;
        throw new NotSupportedException($"{typeof(T)} is not an element type; use float, double, int, long, byte or bool.");
    }
}
