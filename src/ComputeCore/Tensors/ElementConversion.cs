using System.Runtime.InteropServices;

namespace ComputeCore;

/// <summary>Between the bytes of any element type and doubles, the reference device's only type.</summary>
internal static class ElementConversion
{
    /// <summary>Reads elements as doubles; exact up to 2^53.</summary>
    public static void ToDoubles(ElementType type, ReadOnlySpan<byte> bytes, Span<double> values)
    {
        switch (type)
        {
            case ElementType.Float32: Read<float>(bytes, values, x => x); break;
            case ElementType.Float64: Read<double>(bytes, values, x => x); break;
            case ElementType.Int32: Read<int>(bytes, values, x => x); break;
            case ElementType.Int64: Read<long>(bytes, values, x => x); break;
            default: Read<byte>(bytes, values, x => x); break;
        }
    }

    /// <summary>Writes doubles as elements, integers truncated toward zero.</summary>
    public static void FromDoubles(ElementType type, ReadOnlySpan<double> values, Span<byte> bytes)
    {
        switch (type)
        {
            case ElementType.Float32: Write(values, bytes, x => (float)x); break;
            case ElementType.Float64: Write(values, bytes, x => x); break;
            case ElementType.Int32: Write(values, bytes, x => (int)x); break;
            case ElementType.Int64: Write(values, bytes, x => (long)x); break;
            default: Write(values, bytes, x => (byte)x); break;
        }
    }

    private static void Read<T>(ReadOnlySpan<byte> bytes, Span<double> values, Func<T, double> convert)
        where T : unmanaged
    {
        var source = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < values.Length; i++)
            values[i] = convert(source[i]);
    }

    private static void Write<T>(ReadOnlySpan<double> values, Span<byte> bytes, Func<double, T> convert)
        where T : unmanaged
    {
        var destination = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < values.Length; i++)
            destination[i] = convert(values[i]);
    }
}
