using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The transpose of up to 16 x 16 floats in registers: interleave rows by 4 and 8 bytes within 128-bit lanes, then gather the
// lanes. 64 shuffles per 256 elements, one cycle each on current processors.

/// <summary>Transposes tiles between channel-major images and channel-minor panels.</summary>
internal static unsafe class TransposeTile
{
    /// <summary>
    /// destination[j * destinationStride + i] = source[row(i) * sourceStride + j] for i &lt; rows, j &lt; columns, both at most
    /// 16, where row(i) is rowIndex[i], or i if that is null. Each destination row gets <paramref name="width"/> elements,
    /// zero from <paramref name="rows"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(
        float* source, int* rowIndex, nint sourceStride, int rows, int columns, float* destination, nint destinationStride, int width) =>
        Run(source, rowIndex, sourceStride, rows, columns, destination, destinationStride, width, TileEpilogue.None);

    /// <summary>As above, with an epilogue whose channels are the columns j.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* source, int* rowIndex, nint sourceStride, int rows, int columns, float* destination, nint destinationStride, int width,
        in TileEpilogue epilogue)
    {
        var tile = new Source { First = source, RowIndex = rowIndex, Stride = sourceStride, Rows = rows, Inside = Lanes.First(columns) };
        var stored = Lanes.First(width);
        if (!Avx512F.IsSupported)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var i = 0; i < width; i++)
                    destination[j * destinationStride + i] = tile.Row(i, epilogue)[j];
                Lanes.Store(destination + j * destinationStride, stored, epilogue.OfPixels(Lanes.Load(destination + j * destinationStride, stored), j * destinationStride, stored));
            }

            return;
        }

        var (a0, a1, a2, a3) = Interleave(tile.Row(0, epilogue), tile.Row(1, epilogue), tile.Row(2, epilogue), tile.Row(3, epilogue));
        var (b0, b1, b2, b3) = Interleave(tile.Row(4, epilogue), tile.Row(5, epilogue), tile.Row(6, epilogue), tile.Row(7, epilogue));
        var (c0, c1, c2, c3) = Interleave(tile.Row(8, epilogue), tile.Row(9, epilogue), tile.Row(10, epilogue), tile.Row(11, epilogue));
        var (d0, d1, d2, d3) = Interleave(tile.Row(12, epilogue), tile.Row(13, epilogue), tile.Row(14, epilogue), tile.Row(15, epilogue));
        StoreEveryFourth(a0, b0, c0, d0, 0, columns, destination, destinationStride, stored, epilogue);
        StoreEveryFourth(a1, b1, c1, d1, 1, columns, destination, destinationStride, stored, epilogue);
        StoreEveryFourth(a2, b2, c2, d2, 2, columns, destination, destinationStride, stored, epilogue);
        StoreEveryFourth(a3, b3, c3, d3, 3, columns, destination, destinationStride, stored, epilogue);
    }

    /// <summary>Result k holds, in its 128-bit lane m, column 4m + k of the four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> K0, Vector512<float> K1, Vector512<float> K2, Vector512<float> K3) Interleave(
        Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3)
    {
        var low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        return (
            Avx512F.UnpackLow(low01, low23).AsSingle(),
            Avx512F.UnpackHigh(low01, low23).AsSingle(),
            Avx512F.UnpackLow(high01, high23).AsSingle(),
            Avx512F.UnpackHigh(high01, high23).AsSingle());
    }

    /// <summary>Stores columns k, 4 + k, 8 + k and 12 + k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEveryFourth(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, int k, int columns,
        float* destination, nint stride, Vector512<float> stored, in TileEpilogue epilogue)
    {
        const byte even = 0x88, odd = 0xDD;
        var abEven = Avx512F.Shuffle4x128(a, b, even);
        var cdEven = Avx512F.Shuffle4x128(c, d, even);
        var abOdd = Avx512F.Shuffle4x128(a, b, odd);
        var cdOdd = Avx512F.Shuffle4x128(c, d, odd);
        if (k < columns)
            Store(Avx512F.Shuffle4x128(abEven, cdEven, even), destination, k * stride, stored, epilogue);
        if (4 + k < columns)
            Store(Avx512F.Shuffle4x128(abOdd, cdOdd, even), destination, (4 + k) * stride, stored, epilogue);
        if (8 + k < columns)
            Store(Avx512F.Shuffle4x128(abEven, cdEven, odd), destination, (8 + k) * stride, stored, epilogue);
        if (12 + k < columns)
            Store(Avx512F.Shuffle4x128(abOdd, cdOdd, odd), destination, (12 + k) * stride, stored, epilogue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> values, float* destination, nint offset, Vector512<float> stored, in TileEpilogue epilogue) =>
        Lanes.Store(destination + offset, stored, epilogue.OfPixels(values, offset, stored));

    private struct Source
    {
        public float* First;
        public int* RowIndex;
        public nint Stride;
        public int Rows;
        public Vector512<float> Inside;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector512<float> Row(int i, in TileEpilogue epilogue) => i >= Rows
            ? Vector512<float>.Zero
            : epilogue.OfChannels(Lanes.Load(First + (RowIndex == null ? i : RowIndex[i]) * Stride, Inside));
    }
}
