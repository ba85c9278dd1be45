using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Data;

/// <summary>Pixels from bytes to floats from 0 to 1.</summary>
internal static class PixelConversion
{
    /// <summary>
    /// Divides by 255, which is correctly rounded, as a multiplication by the inverse would not be. 64 pixels a round: bytes are
    /// widened twice and converted, four vectors of 16.
    /// </summary>
    public static void ToUnitInterval(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        values = values[..pixels.Length];
        ref var source = ref MemoryMarshal.GetReference(pixels);
        ref var destination = ref MemoryMarshal.GetReference(values);
        var scale = Vector512.Create(255f);
        nuint i = 0;
        for (; i + (nuint)Vector512<byte>.Count <= (nuint)pixels.Length; i += (nuint)Vector512<byte>.Count)
        {
            var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref source, i));
            var (first, second) = Vector512.Widen(low);
            var (third, fourth) = Vector512.Widen(high);
            (Vector512.ConvertToSingle(first.AsInt32()) / scale).StoreUnsafe(ref destination, i);
            (Vector512.ConvertToSingle(second.AsInt32()) / scale).StoreUnsafe(ref destination, i + 16);
            (Vector512.ConvertToSingle(third.AsInt32()) / scale).StoreUnsafe(ref destination, i + 32);
            (Vector512.ConvertToSingle(fourth.AsInt32()) / scale).StoreUnsafe(ref destination, i + 48);
        }

        for (var rest = (int)i; rest < pixels.Length; rest++)
            values[rest] = pixels[rest] / 255f;
    }
}
