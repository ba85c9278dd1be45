using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Mathematics;

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2, with r by Cody and Waite's two-part reduction ("Software Manual
// for the Elementary Functions", 1980, chapter 6), whose products are exact here thanks to FMA.
// exp(r) = 1 + r + r^2 q(r); q is the minimax polynomial of degree 4 for the relative error of exp, 2^-28.3, found with the
// Remez exchange algorithm at 160 bits. Multiplying by 2^n is one instruction in AVX-512, elsewhere two products with normal
// powers of two, of which only the last can round: denormal results are correctly rounded from exp(r) in both.
// Measured: at most 0.98 ulp, over all floats.
//
// Where denormal results do not matter, exp(x) = 2^(m / 16) exp(r), m = round(16 x / ln 2), |r| ≤ ln(2) / 32, after P. T. P. Tang,
// "Table-driven implementation of the exponential function in IEEE floating-point arithmetic" (ACM TOMS 15(2), 1989): the table of
// sixteen powers is a register that one instruction looks up, and four terms of exp's series are enough.

/// <summary>Elementary functions of sixteen floats at a time. They hold for every input: denormals, infinities, NaN, signed zeros.</summary>
internal static partial class VectorMath
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145752f; // 15 bits: n * Ln2High is exact
    private const float Ln2Low = 1.42860677e-6f;

    private const float StepsOfE = 23.08312f; // 16 / ln(2)
    private const float StepHigh = 0.0433217f; // ln(2) / 16
    private const float StepLow = -1.1904089e-10f;

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
    /// e to the power <paramref name="x"/> for x ≤ 88 or NaN, but 0 below -87, where it is less than 1.7e-38: the terms of a softmax, in two
    /// thirds of <see cref="Exp"/>'s time. At most 1.7 ulp.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOrZero(Vector512<float> x)
    {
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(StepsOfE), Vector512.Create(RoundingShift));
        var steps = shifted - Vector512.Create(RoundingShift);
        var r = Vector512.FusedMultiplyAdd(steps, Vector512.Create(-StepHigh), x);
        r = Vector512.FusedMultiplyAdd(steps, Vector512.Create(-StepLow), r);
        return Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512.Create(-87f)), Vector512<float>.Zero, ExpOfPart(r) * PowerOfSteps(shifted.AsInt32()));
    }

    /// <summary>
    /// <paramref name="sum"/> + exp(x) for x ≤ 88 where the sum of the terms is 1 or more: no term need be right below 1e-37, and the power of two
    /// costs no instruction. A step in one part errs by |x| 3e-9, of a term exp(x).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddExp(Vector512<float> x, Vector512<float> sum)
    {
        x = Vector512.MaxNative(Vector512.Create(-87f), x);
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(StepsOfE), Vector512.Create(RoundingShift));
        var r = Vector512.FusedMultiplyAdd(shifted - Vector512.Create(RoundingShift), Vector512.Create(-StepHigh), x);
        return Vector512.FusedMultiplyAdd(ExpOfPart(r), PowerOfSteps(shifted.AsInt32()), sum);
    }

    /// <summary>e to the power r for |r| ≤ ln(2) / 32, right to 1e-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpOfPart(Vector512<float> r)
    {
        var q = Vector512.FusedMultiplyAdd(r, Vector512.Create(1 / 6f), Vector512.Create(0.5f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512<float>.One);
        return Vector512.FusedMultiplyAdd(q, r, Vector512<float>.One);
    }

    /// <summary>
    /// 2^(m / 16), if the result is normal, for m in the lowest 23 bits. Those from the fifth on are the exponent's; the four before
    /// them, which come with it into the fraction, are already subtracted in the table.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfSteps(Vector512<int> m)
    {
        var fractions = Vector512.Create(
            0x3F800000, 0x3F7DAAC3, 0x3F7B95C2, 0x3F79C3D3, 0x3F7837F0, 0x3F76F532, 0x3F75FED7, 0x3F75583F,
            0x3F7504F3, 0x3F7508A4, 0x3F75672A, 0x3F76248C, 0x3F7744FD, 0x3F78CCDF, 0x3F7AC0C7, 0x3F7D257D);
        return (Lanes.Permute(fractions.AsSingle(), m).AsInt32() + (m << 19)).AsSingle();
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
