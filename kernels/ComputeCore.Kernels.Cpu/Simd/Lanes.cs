using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Simd;

// Kernels are written once, for Vector512. Without AVX-512 its methods are ordinary C# over two Vector256, and become as fast
// as those only where all of them are inlined. Tiered compilation prevents that: the first tier calls each of them, and the last
// one trusts the counters of that tier and leaves many calls (exp took 4 to 26 ns an element instead of 0.3). Therefore
// whatever touches vectors is either AggressiveOptimization, compiled once and fully, or AggressiveInlining into such a method.
// The former are NoInlining too: the compiler stops inlining when a method has grown too large.
// What Vector512 does not offer, or offers only in software, is chosen here: AVX-512, AVX2, else lane by lane.

/// <summary>
/// What kernels need beside whole vectors: the vector that is only partly filled at the end of a row, loads with a stride,
/// permutes over two registers, and reductions across lanes. The reductions add in one fixed tree, so that every instruction set
/// gives the same bits.
/// </summary>
internal static unsafe class Lanes
{
    /// <summary>Floats in a vector.</summary>
    public const int Count = 16;

    /// <summary>A mask of the first <paramref name="count"/> lanes; any value below 0 or above 16 is allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> First(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    /// <summary>Loads the lanes of <paramref name="mask"/>, zero in the others, whose memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, Vector512<float> mask)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad(source, mask, Vector512<float>.Zero);
        if (Avx.IsSupported)
            return Vector512.Create(Avx.MaskLoad(source, mask.GetLower()), Avx.MaskLoad(source + Count / 2, mask.GetUpper()));
        return Vector512.EqualsAll(mask.AsInt32(), Vector512<int>.AllBitsSet) ? Vector512.Load(source) : LoadByLane(source, mask);
    }

    /// <summary>Loads the lanes of <paramref name="mask"/>, those of <paramref name="others"/> elsewhere, whose memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, Vector512<float> mask, Vector512<float> others) =>
        Avx512F.IsSupported ? Avx512F.MaskLoad(source, mask, others) : Vector512.ConditionalSelect(mask, Load(source, mask), others);

    /// <inheritdoc cref="Load(float*, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(int* source, Vector512<float> mask) => Load((float*)source, mask).AsInt32();

    /// <summary>Loads the first <paramref name="count"/> lanes, zero in the others, whose memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, int count) => Load(source, First(count));

    /// <summary>Loads the first <paramref name="count"/> lanes, <paramref name="fill"/> in the others, whose memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, int count, float fill) => Load(source, First(count), Vector512.Create(fill));

    /// <summary>Loads source[0], source[stride], ...: the first <paramref name="count"/> lanes (any more are cut to 16), zero in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadStrided(float* source, int stride, int count)
    {
        if (stride == 1)
            return Load(source, count);
        if (stride == 2)
        {
            var touched = 2 * Math.Min(count, Count) - 1;
            var even = Vector512<int>.Indices * 2;
            return Permute(Load(source, touched), even, Load(source + Count, touched - Count));
        }

        var lanes = stackalloc float[Count];
        for (var lane = 0; lane < Math.Min(count, Count); lane++)
            lanes[lane] = source[lane * stride];
        return Vector512.Load(lanes);
    }

    /// <summary>Stores the lanes of <paramref name="mask"/>; the memory of the others is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector512<float> mask, Vector512<float> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(destination, mask, value);
            return;
        }

        // Some processors take tens of cycles for AVX's masked stores.
        if (Vector512.EqualsAll(mask.AsInt32(), Vector512<int>.AllBitsSet))
        {
            value.Store(destination);
        }
        else if (Avx.IsSupported)
        {
            Avx.MaskStore(destination, mask.GetLower(), value.GetLower());
            Avx.MaskStore(destination + Count / 2, mask.GetUpper(), value.GetUpper());
        }
        else
        {
            StoreByLane(destination, mask, value);
        }
    }

    /// <inheritdoc cref="Store(float*, Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int* destination, Vector512<float> mask, Vector512<int> value) =>
        Store((float*)destination, mask, value.AsSingle());

    /// <summary>Stores the first <paramref name="count"/> lanes; the memory of the others is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, int count, Vector512<float> value) => Store(destination, First(count), value);

    /// <summary>Lane i is lane <c>index[i]</c> of the 32 lanes of <paramref name="low"/> and <paramref name="high"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Permute(Vector512<float> low, Vector512<int> index, Vector512<float> high)
    {
        if (Avx512F.IsSupported)
            return Avx512F.PermuteVar16x32x2(low, index, high);
        if (Avx2.IsSupported)
            return Vector512.Create(Permute(low, index.GetLower(), high), Permute(low, index.GetUpper(), high));
        return Vector512.ConditionalSelect(
            Vector512.LessThan(index, Vector512.Create(Count)).AsSingle(),
            Permute(low, index),
            Permute(high, index));
    }

    /// <summary>Lane i is lane <c>index[i]</c> mod 16 of <paramref name="values"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Permute(Vector512<float> values, Vector512<int> index)
    {
        if (Avx512F.IsSupported)
            return Avx512F.PermuteVar16x32(values, index);
        if (Avx2.IsSupported)
            return Vector512.Create(Permute(values, index.GetLower()), Permute(values, index.GetUpper()));
        return Vector512.Shuffle(values, index & Vector512.Create(Count - 1));
    }

    /// <summary>Asks for a cache line that will be read; it need not exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>
    /// Asks for cache lines that will be read or written later, to lie in L2 then; they need not exist. A processor's own prefetching stops
    /// at the end of a page and knows nothing of where a kernel goes on, so that a pass over large planes waits for memory at every one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchFar(float* address, int lines)
    {
        if (!Sse.IsSupported)
            return;
        for (var line = 0; line < lines; line++)
            Sse.Prefetch1(address + line * Count);
    }

    /// <summary>The sum of all lanes, halves first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value)
    {
        var four = Quarter(value);
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// <summary>The sums of four vectors' lanes, in the order of <see cref="Sum(Vector512{float})"/>, with fewer shuffles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (!Sse.IsSupported)
            return Vector128.Create(Sum(a), Sum(b), Sum(c), Sum(d));
        var (a4, b4, c4, d4) = (Quarter(a), Quarter(b), Quarter(c), Quarter(d));
        var ab = Sse.UnpackLow(a4, b4) + Sse.UnpackHigh(a4, b4);
        var cd = Sse.UnpackLow(c4, d4) + Sse.UnpackHigh(c4, d4);
        return Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab);
    }

    /// <summary>The sum of all lanes, halves first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vector512<double> value)
    {
        var four = value.GetLower() + value.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

    /// <summary>The largest lane; NaN lanes may be lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxNative(Vector512<float> value)
    {
        var eight = Vector256.MaxNative(value.GetLower(), value.GetUpper());
        var four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        return float.MaxNative(float.MaxNative(four[0], four[2]), float.MaxNative(four[1], four[3]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadByLane(float* source, Vector512<float> mask)
    {
        var lanes = stackalloc float[Count];
        for (var bits = mask.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
        {
            var lane = BitOperations.TrailingZeroCount(bits);
            lanes[lane] = source[lane];
        }

        return Vector512.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreByLane(float* destination, Vector512<float> mask, Vector512<float> value)
    {
        for (var bits = mask.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
        {
            var lane = BitOperations.TrailingZeroCount(bits);
            destination[lane] = value[lane];
        }
    }

    // The permute looks at an index's lowest three bits; the fourth chooses between its two results, the fifth between the registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Permute(Vector512<float> values, Vector256<int> index) => Avx.BlendVariable(
        Avx2.PermuteVar8x32(values.GetLower(), index), Avx2.PermuteVar8x32(values.GetUpper(), index), (index << 28).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Permute(Vector512<float> low, Vector256<int> index, Vector512<float> high) =>
        Avx.BlendVariable(Permute(low, index), Permute(high, index), (index << 27).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> value)
    {
        var eight = value.GetLower() + value.GetUpper();
        return eight.GetLower() + eight.GetUpper();
    }
}
