using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
        Run(source, rowIndex, sourceStride, rows, columns, destination, destinationStride, width, Vector512<float>.Zero, relu: false);

    /// <summary>As above, after adding <paramref name="bias"/>[j] and, if asked for, relu.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* source, int* rowIndex, nint sourceStride, int rows, int columns, float* destination, nint destinationStride, int width,
        Vector512<float> bias, bool relu)
    {
        var tile = new Source { First = source, RowIndex = rowIndex, Stride = sourceStride, Rows = rows, Inside = Lanes.First(columns), Bias = bias, Relu = relu };
        var stored = Lanes.First(width);
        if (!Avx512F.IsSupported)
        {
            for (var j = 0; j < columns; j++)
                for (var i = 0; i < width; i++)
                    destination[j * destinationStride + i] = tile.Row(i)[j];
            return;
        }

        var (a0, a1, a2, a3) = Interleave(tile.Row(0), tile.Row(1), tile.Row(2), tile.Row(3));
        var (b0, b1, b2, b3) = Interleave(tile.Row(4), tile.Row(5), tile.Row(6), tile.Row(7));
        var (c0, c1, c2, c3) = Interleave(tile.Row(8), tile.Row(9), tile.Row(10), tile.Row(11));
        var (d0, d1, d2, d3) = Interleave(tile.Row(12), tile.Row(13), tile.Row(14), tile.Row(15));
        StoreEveryFourth(a0, b0, c0, d0, 0, columns, destination, destinationStride, stored);
        StoreEveryFourth(a1, b1, c1, d1, 1, columns, destination, destinationStride, stored);
        StoreEveryFourth(a2, b2, c2, d2, 2, columns, destination, destinationStride, stored);
        StoreEveryFourth(a3, b3, c3, d3, 3, columns, destination, destinationStride, stored);
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
        float* destination, nint stride, Vector512<float> stored)
    {
        const byte even = 0x88, odd = 0xDD;
        var abEven = Avx512F.Shuffle4x128(a, b, even);
        var cdEven = Avx512F.Shuffle4x128(c, d, even);
        var abOdd = Avx512F.Shuffle4x128(a, b, odd);
        var cdOdd = Avx512F.Shuffle4x128(c, d, odd);
        if (k < columns)
            Lanes.Store(destination + k * stride, stored, Avx512F.Shuffle4x128(abEven, cdEven, even));
        if (4 + k < columns)
            Lanes.Store(destination + (4 + k) * stride, stored, Avx512F.Shuffle4x128(abOdd, cdOdd, even));
        if (8 + k < columns)
            Lanes.Store(destination + (8 + k) * stride, stored, Avx512F.Shuffle4x128(abEven, cdEven, odd));
        if (12 + k < columns)
            Lanes.Store(destination + (12 + k) * stride, stored, Avx512F.Shuffle4x128(abOdd, cdOdd, odd));
    }

    private struct Source
    {
        public float* First;
        public int* RowIndex;
        public nint Stride;
        public int Rows;
        public Vector512<float> Inside;
        public Vector512<float> Bias;
        public bool Relu;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector512<float> Row(int i)
        {
            if (i >= Rows)
                return Vector512<float>.Zero;
            var row = Lanes.Load(First + (RowIndex == null ? i : RowIndex[i]) * Stride, Inside) + Bias;
            return Relu ? Lanes.Relu(row) : row;
        }
    }
}
