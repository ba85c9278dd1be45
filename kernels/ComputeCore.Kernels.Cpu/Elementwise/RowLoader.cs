using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Elementwise;

// What an ElementwiseProgram can't use in place is brought into a tile buffer, in the common form
//   (destination, source, stride in elements, count, bytes from row to row, rows).
// A repeated value is written in whole vectors: up to 15 floats past the row's end, which the next row overwrites or which fall
// into the buffer's padding. Booleans become 1.0f or 0.0f, and back.

/// <summary>Fills rows of a tile from an input, and writes truth values to an output.</summary>
internal static unsafe class RowLoader
{
    /// <summary>Floats that a row's loader may write past the row's end.</summary>
    public const int Overrun = 16;

    /// <summary>The loader of rows with this inner stride.</summary>
    public static delegate*<float*, byte*, long, int, long, int, void> Choose(ElementwiseType type, long stride) => (type, stride) switch
    {
        (ElementwiseType.Float32, 0) => &RepeatFloat,
        (ElementwiseType.Float32, 1) => &CopyFloats,
        (ElementwiseType.Float32, _) => &GatherFloats,
        (_, 0) => &RepeatBool,
        (_, 1) => &WidenBools,
        _ => &GatherBools,
    };

    /// <summary>Writes 1 where the source is not 0, else 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void NarrowToBools(byte* destination, float* source, int count)
    {
        var i = 0;
        for (; i <= count - 64; i += 64)
        {
            var lower = Vector512.Narrow(IsZero(source + i), IsZero(source + i + 16));
            var upper = Vector512.Narrow(IsZero(source + i + 32), IsZero(source + i + 48));
            Vector512.AndNot(Vector512<byte>.One, Vector512.Narrow(lower, upper).AsByte()).Store(destination + i);
        }

        for (; i < count; i++)
            destination[i] = source[i] != 0 ? (byte)1 : (byte)0;
    }

    private static void RepeatFloat(float* destination, byte* source, long stride, int count, long rowStride, int rows)
    {
        for (var row = 0; row < rows; row++)
            Fill(destination + (row * count), *(float*)(source + (row * rowStride)), count);
    }

    private static void RepeatBool(float* destination, byte* source, long stride, int count, long rowStride, int rows)
    {
        for (var row = 0; row < rows; row++)
            Fill(destination + (row * count), source[row * rowStride], count);
    }

    private static void CopyFloats(float* destination, byte* source, long stride, int count, long rowStride, int rows)
    {
        for (var row = 0; row < rows; row++)
            Unsafe.CopyBlockUnaligned(destination + (row * count), source + (row * rowStride), (uint)count * sizeof(float));
    }

    private static void GatherFloats(float* destination, byte* source, long stride, int count, long rowStride, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < count; i++)
                destination[(row * count) + i] = ((float*)(source + (row * rowStride)))[i * stride];
        }
    }

    private static void GatherBools(float* destination, byte* source, long stride, int count, long rowStride, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < count; i++)
                destination[(row * count) + i] = source[(row * rowStride) + (i * stride)];
        }
    }

    private static void WidenBools(float* destination, byte* source, long stride, int count, long rowStride, int rows)
    {
        for (var row = 0; row < rows; row++)
            Widen(destination + (row * count), source + (row * rowStride), count);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Widen(float* destination, byte* source, int count)
    {
        var i = 0;
        for (; i <= count - 64; i += 64)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Load(source + i));
            WidenWords(lower, destination + i);
            WidenWords(upper, destination + i + 32);
        }

        for (; i < count; i++)
            destination[i] = source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WidenWords(Vector512<ushort> words, float* destination)
    {
        var (lower, upper) = Vector512.Widen(words);
        Vector512.ConvertToSingle(lower.AsInt32()).Store(destination);
        Vector512.ConvertToSingle(upper.AsInt32()).Store(destination + 16);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Fill(float* destination, float value, int count)
    {
        var vector = Vector512.Create(value);
        for (var i = 0; i < count; i += 16)
            vector.Store(destination + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> IsZero(float* source)
        => Vector512.Equals(Vector512.Load(source), Vector512<float>.Zero).AsInt32();
}
