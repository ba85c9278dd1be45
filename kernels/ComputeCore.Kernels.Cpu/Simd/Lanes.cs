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
/// What kernels need beside whole vectors: the vector that is only partly filled at the end of a row, and reductions across
/// lanes. The reductions add in one fixed tree, so that every instruction set gives the same bits.
/// </summary>
internal static unsafe class Lanes
{
    /// <summary>Floats in a vector.</summary>
    public const int Width = 16;

    /// <summary>Loads the first <paramref name="count"/> lanes (0 to 16) and sets the others to <paramref name="fill"/>; reads nothing behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, int count, float fill = 0)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad(source, First(count), Vector512.Create(fill));
        if (Avx.IsSupported)
        {
            var mask = First(count);
            var loaded = Vector512.Create(Avx.MaskLoad(source, mask.GetLower()), Avx.MaskLoad(source + Width / 2, mask.GetUpper()));
            return Vector512.ConditionalSelect(mask, loaded, Vector512.Create(fill));
        }

        return LoadByElement(source, count, fill);
    }

    /// <summary>Stores the first <paramref name="count"/> lanes and touches nothing behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination, int count)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(destination, First(count), value);
        }
        else if (count >= Width)
        {
            value.Store(destination);
        }
        else if (Avx.IsSupported)
        {
            var mask = First(count);
            Avx.MaskStore(destination, mask.GetLower(), value.GetLower());
            Avx.MaskStore(destination + Width / 2, mask.GetUpper(), value.GetUpper());
        }
        else
        {
            StoreByElement(value, destination, count);
        }
    }

    /// <summary>A mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> First(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

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

    /// <summary>Asks for a cache line that will be read; it need not exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> value)
    {
        var eight = value.GetLower() + value.GetUpper();
        return eight.GetLower() + eight.GetUpper();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadByElement(float* source, int count, float fill)
    {
        var lanes = stackalloc float[Width];
        for (var i = 0; i < Width; i++)
            lanes[i] = i < count ? source[i] : fill;
        return Vector512.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreByElement(Vector512<float> value, float* destination, int count)
    {
        var lanes = stackalloc float[Width];
        value.Store(lanes);
        for (var i = 0; i < Math.Min(count, Width); i++)
            destination[i] = lanes[i];
    }
}
