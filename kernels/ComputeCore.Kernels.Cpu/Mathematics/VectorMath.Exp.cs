using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Mathematics;

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2, with r by Cody and Waite's two-part reduction ("Software Manual
// for the Elementary Functions", 1980, chapter 6), whose products are exact here thanks to FMA.
// exp(r) = 1 + r + r^2 q(r); q is the minimax polynomial of degree 4 for the relative error of exp, 2^-28.3, found with the
// Remez exchange algorithm at 160 bits. Multiplying by 2^n is one instruction in AVX-512, elsewhere two products with normal
// powers of two, of which only the last can round: denormal results are correctly rounded from exp(r) in both.
// Measured: at most 0.98 ulp, over all floats.

/// <summary>Elementary functions of sixteen floats at a time. They hold for every input: denormals, infinities, NaN, signed zeros.</summary>
internal static partial class VectorMath
{
    private const float Ln2 = 0.693147181f;
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145752f; // 15 bits: n * Ln2High is exact
    private const float Ln2Low = 1.42860677e-6f;

    // 1.5 2^23: what is added to it is rounded to a whole number, which then stands in the lowest bits.
    private const float RoundingShift = 12582912f;

    /// <summary>e to the power <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // Beyond these bounds the result is infinity or zero. With NaN as the second operand, it is what both return.
        x = Vector512.MinNative(Vector512.Create(89f), x);
        x = Vector512.MaxNative(Vector512.Create(-104f), x);
        return ExpBounded(x);
    }

    /// <summary>
    /// <paramref name="sum"/> + exp(x) for x ≤ 0 where the largest of the terms is 1, in three instructions less: no term need be right
    /// below 1e-37, and 2^n with the sum takes the place of a slow scaling. ln 2 in one part errs by n 1.9e-9, of a term 2^n.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddExp(Vector512<float> x, Vector512<float> sum)
    {
        x = Vector512.MaxNative(Vector512.Create(-87f), x);
        // The exponent's bias besides, so that the lowest bits, shifted, are 2^n.
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), Vector512.Create(RoundingShift + 127));
        var r = Vector512.FusedMultiplyAdd(shifted - Vector512.Create(RoundingShift + 127), Vector512.Create(-Ln2), x);
        var exp = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(SecondOrder(r), r, Vector512<float>.One), r, Vector512<float>.One);
        return Vector512.FusedMultiplyAdd(exp, (shifted.AsInt32() << 23).AsSingle(), sum);
    }

    /// <summary>e to the power <paramref name="x"/> for x in [-104, 89] or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpBounded(Vector512<float> x)
    {
        var n = Vector512.Round(x * Log2E);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);

        return Scale(Vector512.FusedMultiplyAdd(r * r, SecondOrder(r), r) + Vector512<float>.One, n);
    }

    /// <summary>(exp(r) - 1 - r) / r² for |r| ≤ ln(2) / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SecondOrder(Vector512<float> r)
    {
        var q = Vector512.Create(0.001381448f);
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.00836878f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.041668393f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.1666652f));
        return Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.49999994f));
    }

    /// <summary>x 2^n for whole n in [-252, 127].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> x, Vector512<float> n)
    {
        if (Avx512F.IsSupported)
            return Avx512F.Scale(x, n);
        var exponent = Vector512.ConvertToInt32Native(n);
        var half = exponent >> 1;
        return x * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<int> exponent)
        => ((exponent + Vector512.Create(127)) << 23).AsSingle();
}
