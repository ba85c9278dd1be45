using System.Numerics;
using ComputeCore.Kernels.Cpu.Elementwise;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Elementwise;

public unsafe class TypedElementwiseTests
{
    private static readonly WorkerPool Pool = new(3);

    [Test]
    public void Integers_are_combined_and_compared_with_broadcasting()
    {
        AssertOperators<int>();
        AssertOperators<long>();
        AssertOperators<byte>();
    }

    [Test]
    public void Where_chooses_with_broadcasting()
    {
        int[] shape = [30, 40, 50];
        var condition = Samples.Bools(40, 1);
        var layout = new OperandLayout(shape, [40, 1], [30, 40, 50], []);
        using NativeArray<byte> conditions = new(condition);
        using NativeArray<long> a = new([.. Enumerable.Range(0, 60_000).Select(i => (long)i)]), b = new([-1L]), result = new(60_000);
        TypedElementwise.Where(Pool, conditions.Pointer, a.Pointer, b.Pointer, result.Pointer, layout);
        Assert.That(result.Span.ToArray(), Is.EqualTo(Enumerable.Range(0, 60_000).Select(i => condition[i / 50 % 40] != 0 ? i : -1L)));
    }

    [Test]
    public void Negation_and_magnitude_keep_the_least_integer()
    {
        using NativeArray<int> x = new([5, -7, 0, int.MinValue, int.MaxValue]), result = new(5);
        TypedElementwise.Negate(Pool, x.Pointer, result.Pointer, 5);
        Assert.That(result.Span.ToArray(), Is.EqualTo(new[] { -5, 7, 0, int.MinValue, -int.MaxValue }));
        TypedElementwise.Abs(Pool, x.Pointer, result.Pointer, 5);
        Assert.That(result.Span.ToArray(), Is.EqualTo(new[] { 5, 7, 0, int.MinValue, int.MaxValue }));
    }

    [Test]
    public void Conversions_truncate_floats_and_saturate()
    {
        float[] x = [1.9f, -1.9f, 0, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3e9f, 300f];
        Assert.That(Cast<float, int>(x), Is.EqualTo(new[] { 1, -1, 0, 0, 0, int.MaxValue, int.MinValue, int.MaxValue, 300 }));
        Assert.That(Cast<float, long>(x), Is.EqualTo(new[] { 1, -1, 0, 0, 0, long.MaxValue, long.MinValue, 3_000_000_000, 300 }));
        Assert.That(Cast<float, byte>(x), Is.EqualTo(new byte[] { 1, 0, 0, 0, 0, 255, 0, 255, 255 }));
        Assert.That(Cast<float, float>(x), Is.EqualTo(x));
    }

    [Test]
    public void Conversions_of_integers_round_to_nearest_or_drop_high_bits()
    {
        Assert.That(Cast<long, float>([16_777_217, -1, long.MaxValue]), Is.EqualTo(new[] { 16_777_216f, -1, 9.223372e18f }));
        Assert.That(Cast<int, float>([16_777_219, int.MinValue]), Is.EqualTo(new[] { 16_777_220f, -2_147_483_648f }));
        Assert.That(Cast<long, int>([1L << 32 | 5, -1]), Is.EqualTo(new[] { 5, -1 }));
        Assert.That(Cast<int, byte>([256, 255, -1]), Is.EqualTo(new byte[] { 0, 255, 255 }));
        Assert.That(Cast<byte, long>([0, 255]), Is.EqualTo(new[] { 0L, 255 }));
    }

    [Test]
    public void Truth_is_whatever_is_not_zero()
    {
        using NativeArray<float> x = new([0f, -0f, 1f, float.NaN, float.Epsilon]);
        using NativeArray<byte> result = new(5);
        TypedElementwise.CastToBool(Pool, x.Pointer, result.Pointer, 5);
        Assert.That(result.Span.ToArray(), Is.EqualTo(new byte[] { 0, 0, 1, 1, 1 }));
    }

    private static void AssertOperators<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        AssertOperator<T, T, TypedAdd<T>>((a, b) => T.CreateTruncating(BigInteger.CreateChecked(a) + BigInteger.CreateChecked(b)));
        AssertOperator<T, T, TypedSubtract<T>>((a, b) => T.CreateTruncating(BigInteger.CreateChecked(a) - BigInteger.CreateChecked(b)));
        AssertOperator<T, T, TypedMultiply<T>>((a, b) => T.CreateTruncating(BigInteger.CreateChecked(a) * BigInteger.CreateChecked(b)));
        AssertOperator<T, T, TypedMinimum<T>>((a, b) => a.CompareTo(b) < 0 ? a : b);
        AssertOperator<T, T, TypedMaximum<T>>((a, b) => a.CompareTo(b) < 0 ? b : a);
        AssertOperator<T, byte, TypedEqual<T>>((a, b) => (byte)(a.CompareTo(b) == 0 ? 1 : 0));
        AssertOperator<T, byte, TypedNotEqual<T>>((a, b) => (byte)(a.CompareTo(b) != 0 ? 1 : 0));
        AssertOperator<T, byte, TypedLess<T>>((a, b) => (byte)(a.CompareTo(b) < 0 ? 1 : 0));
        AssertOperator<T, byte, TypedLessOrEqual<T>>((a, b) => (byte)(a.CompareTo(b) <= 0 ? 1 : 0));
        AssertOperator<T, byte, TypedGreater<T>>((a, b) => (byte)(a.CompareTo(b) > 0 ? 1 : 0));
        AssertOperator<T, byte, TypedGreaterOrEqual<T>>((a, b) => (byte)(a.CompareTo(b) >= 0 ? 1 : 0));
    }

    private static void AssertOperator<T, TResult, TOperator>(Func<T, T, TResult> reference)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TResult : unmanaged
        where TOperator : struct, ITypedOperator<T, TResult>
    {
        var random = new Random(1);
        T[] x = [T.MinValue, T.MaxValue, T.Zero, T.One, .. Enumerable.Range(0, 20_996).Select(_ => T.CreateTruncating(random.NextInt64()))];
        T[] y = [.. x.Take(70).Reverse()];
        using NativeArray<T> a = new(x), b = new(y);
        using NativeArray<TResult> result = new(21_000);
        var layout = new OperandLayout([10, 30, 70], [10, 30, 70], [70]);
        TypedElementwise.Binary<T, TResult, TOperator>(Pool, a.Pointer, b.Pointer, result.Pointer, layout);
        Assert.That(result.Span.SequenceEqual([.. x.Select((value, i) => reference(value, y[i % 70]))]), typeof(TOperator).Name);
    }

    private static TResult[] Cast<TSource, TResult>(TSource[] source)
        where TSource : unmanaged, INumber<TSource>
        where TResult : unmanaged, INumber<TResult>
    {
        using NativeArray<TSource> x = new(source);
        using NativeArray<TResult> result = new(source.Length);
        TypedElementwise.Cast(Pool, x.Pointer, result.Pointer, source.Length);
        return result.Span.ToArray();
    }
}
