// Normally distributed numbers by Box and Muller's transform ("A Note on the Generation of Random Normal Deviates", 1958):
//   u = (w[2k] + 1) 2^-32 in (0, 1],  v = w[2k + 1] 2^-32 in [0, 1)
//   z[2k] = sqrt(-2 log u) cos(2π v),  z[2k + 1] = sqrt(-2 log u) sin(2π v)
//
// Initial weights must have the same bits everywhere, and the logarithm and sine of a C library need not. So this uses only
// operations that IEEE 754 defines exactly (+, *, /, sqrt, fused multiply-add), in float64, which leaves the rounding to
// float as the only visible error; the largest |z| is 6.66.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>Normally distributed random numbers.</summary>
internal static unsafe class Normal
{
    private const double TwoToMinus32 = 1.0 / (1L << 32);
    private const long SqrtHalfBits = 0x3FE6A09E667F3BCD;

    /// <summary>Fills <paramref name="output"/> with scale z + offset, z of mean 0 and variance 1.</summary>
    public static void Fill(WorkerPool pool, PhiloxStream stream, float scale, float offset, float* output, long count) =>
        RandomLoop.Run(pool, new Distribution { Scale = scale, Offset = offset }, stream, new(output, null), count);

    private struct Distribution : IDistribution
    {
        public float Scale;
        public float Offset;

        public static int ValuesOfWord => 1;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly Vector512<float> Map(Vector512<uint> words, int part)
        {
            var pairs = words.AsUInt64();
            var u = (Vector512.ConvertToDouble(pairs & Vector512.Create((ulong)uint.MaxValue)) + Vector512<double>.One) * TwoToMinus32;
            var v = Vector512.ConvertToDouble(pairs >> 32) * TwoToMinus32;
            var radius = Vector512.Sqrt(Log(u) * -2);
            var (sin, cos) = SinCosOfTurns(v);
            var apart = Vector512.Narrow(radius * cos, radius * sin);
            var numbers = Vector512.Shuffle(apart, Vector512.Create(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
            return numbers * Scale + Vector512.Create(Offset);
        }
    }

    /// <summary>
    /// log x for positive normal x. x = 2^k m with m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh(s), s = (m - 1) / (m + 1):
    /// with |s| ≤ 0.172, eleven terms of the series leave 3e-18.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Log(Vector512<double> x)
    {
        var bits = x.AsInt64();
        var exponent = (bits - Vector512.Create(SqrtHalfBits)) >> 52;
        var m = (bits - (exponent << 52)).AsDouble();
        var s = (m - Vector512<double>.One) / (m + Vector512<double>.One);
        var square = s * s;
        var sum = Vector512.Create(1.0 / 21);
        for (var n = 19; n >= 1; n -= 2)
            sum = Vector512.FusedMultiplyAdd(sum, square, Vector512.Create(1.0 / n));
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToDouble(exponent), Vector512.Create(0.69314718055994531), s * sum * 2);
    }

    /// <summary>
    /// The sine and cosine of 2π v for v in [0, 1). Quarter turns are split off exactly; the rest is at most π / 4, where
    /// the Taylor series to the 17th and 16th power leave 1e-17.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Sin, Vector512<double> Cos) SinCosOfTurns(Vector512<double> v)
    {
        var quarters = Vector512.Floor(v * 4 + Vector512.Create(0.5));
        var angle = (v * 4 - quarters) * (Math.PI / 2);
        var square = angle * angle;
        var sin = Vector512<double>.One;
        var cos = Vector512<double>.One;
        for (var n = 16; n >= 2; n -= 2)
        {
            sin = Vector512.FusedMultiplyAdd(sin, square * (-1.0 / (n * (n + 1))), Vector512<double>.One);
            cos = Vector512.FusedMultiplyAdd(cos, square * (-1.0 / (n * (n - 1))), Vector512<double>.One);
        }

        sin *= angle;

        // After q quarter turns (cos, sin) is (c, s), (-s, c), (-c, -s), (s, -c).
        var q = Vector512.ConvertToInt64(quarters);
        var isOdd = Vector512.Equals(q & Vector512<long>.One, Vector512<long>.One).AsDouble();
        var sinSign = ((q & Vector512.Create(2L)) << 62).AsDouble();
        var cosSign = (((q + Vector512<long>.One) & Vector512.Create(2L)) << 62).AsDouble();
        return (Vector512.ConditionalSelect(isOdd, cos, sin) ^ sinSign, Vector512.ConditionalSelect(isOdd, sin, cos) ^ cosSign);
    }
}
