using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Gemm;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// What image kernels need beyond <see cref="Vector512"/>: partial loads and stores for rows that are no multiple of 16
/// wide, permutes over two registers, loads with a stride, and the transpose of a 16 x 16 tile.
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
        return Vector512.EqualsAll(mask.AsInt32(), Vector512<int>.AllBitsSet) ? Vector512.Load(source) : LoadLanes(source, mask);
    }

    /// <summary>Loads the lanes of <paramref name="mask"/>, those of <paramref name="others"/> elsewhere, whose memory is not touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, Vector512<float> mask, Vector512<float> others) =>
        Avx512F.IsSupported ? Avx512F.MaskLoad(source, mask, others) : Vector512.ConditionalSelect(mask, Load(source, mask), others);

    private static Vector512<float> LoadLanes(float* source, Vector512<float> mask)
    {
        var lanes = stackalloc float[Count];
        for (var bits = mask.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
        {
            var lane = System.Numerics.BitOperations.TrailingZeroCount(bits);
            lanes[lane] = source[lane];
        }

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
            StoreLanes(destination, mask, value);
        }
    }

    private static void StoreLanes(float* destination, Vector512<float> mask, Vector512<float> value)
    {
        for (var bits = mask.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
        {
            var lane = System.Numerics.BitOperations.TrailingZeroCount(bits);
            destination[lane] = value[lane];
        }
    }

    /// <inheritdoc cref="Load(float*, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(int* source, Vector512<float> mask) => Load((float*)source, mask).AsInt32();

    /// <inheritdoc cref="Store(float*, Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(int* destination, Vector512<float> mask, Vector512<int> value) =>
        Store((float*)destination, mask, value.AsSingle());

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
            Vector512.Shuffle(low, index & Vector512.Create(Count - 1)),
            Vector512.Shuffle(high, index & Vector512.Create(Count - 1)));
    }

    // The permute looks at an index's lowest three bits; the two above choose among its four results.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Permute(Vector512<float> low, Vector256<int> index, Vector512<float> high)
    {
        var bit3 = (index << 28).AsSingle();
        var bit4 = (index << 27).AsSingle();
        return Avx.BlendVariable(
            Avx.BlendVariable(Avx2.PermuteVar8x32(low.GetLower(), index), Avx2.PermuteVar8x32(low.GetUpper(), index), bit3),
            Avx.BlendVariable(Avx2.PermuteVar8x32(high.GetLower(), index), Avx2.PermuteVar8x32(high.GetUpper(), index), bit3),
            bit4);
    }

    /// <summary>Loads source[0], source[stride], ...: the first <paramref name="count"/> lanes (any more are cut to 16), zero in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadStrided(float* source, int stride, int count)
    {
        if (stride == 1)
            return Load(source, First(count));
        if (stride == 2)
        {
            var touched = 2 * Math.Min(count, Count) - 1;
            var even = Vector512<int>.Indices * 2;
            return Permute(Load(source, First(touched)), even, Load(source + Count, First(touched - Count)));
        }

        var lanes = stackalloc float[Count];
        for (var lane = 0; lane < Math.Min(count, Count); lane++)
            lanes[lane] = source[lane * stride];
        return Vector512.Load(lanes);
    }

    /// <summary>The activation of x, NaN staying NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Activate(Vector512<float> x, Activation activation)
    {
        if (activation != Activation.None)
            x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512<float>.Zero, x);
        if (activation == Activation.Relu6)
            x = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(6f)), Vector512.Create(6f), x);
        return x;
    }
}
