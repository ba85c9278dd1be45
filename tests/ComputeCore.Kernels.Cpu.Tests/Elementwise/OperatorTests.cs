using ComputeCore.Kernels.Cpu.Elementwise;
using ComputeCore.Kernels.Cpu.Elementwise.Operators;
using ComputeCore.Kernels.Cpu.Tests.Mathematics;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Elementwise;

public unsafe class OperatorTests
{
    [Test]
    public void Unary_operators_agree_with_float64()
    {
        AssertUnary<Copy>(x => x, 0);
        AssertUnary<Negate>(x => -x, 0);
        AssertUnary<Abs>(Math.Abs, 0);
        AssertUnary<Square>(x => x * x, 0.5);
        AssertUnary<Reciprocal>(x => 1 / x, 0.5);
        AssertUnary<Exp>(Math.Exp, 1);
        AssertUnary<Log>(Math.Log, 1);
        AssertUnary<Sqrt>(Math.Sqrt, 0.5);
        AssertUnary<ReciprocalSqrt>(x => 1 / Math.Sqrt(x), 1.5);
        AssertUnary<Tanh>(Math.Tanh, 1.25);
        AssertUnary<Sigmoid>(Reference.Sigmoid, 2.5);
        AssertUnary<Erf>(Reference.Erf, 1.1);
        AssertUnary<Floor>(Math.Floor, 0);
        AssertUnary<Sign>(x => x > 0 ? 1 : x < 0 ? -1 : 0, 0);
        AssertUnary<Relu>(x => double.IsNaN(x) || x > 0 ? x : x == 0 ? x : 0, 0);
        AssertUnary<Relu6>(x => double.IsNaN(x) || x == 0 ? x : Math.Clamp(x, 0, 6), 0);
        AssertUnary<LeakyRelu>(x => x > 0 ? x : x * 0.01f, 0.5, 0.01f);
        AssertUnary<Clamp>(x => double.IsNaN(x) ? x : Math.Clamp(x, -1.5, 2), 0, -1.5f, 2f);
        AssertUnary<Silu>(x => x * Reference.Sigmoid(x), 3.5, range: 80); // further left, x multiplies the error of a denormal
    }

    // Where these functions go to zero on the left, the formulas (PyTorch's) cancel: the error is relative to |x|, not to the value.
    [Test]
    public void Activations_that_cancel_agree_with_float64_relative_to_their_argument()
    {
        AssertCloseToArgument<Gelu>(x => 0.5 * x * (1 + Reference.Erf(x / Math.Sqrt(2))));
        AssertCloseToArgument<GeluTanh>(x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))));
        AssertCloseToArgument<HardSwish>(x => x * Math.Clamp(x + 3, 0, 6) / 6);
    }

    [Test]
    public void Binary_operators_agree_with_float64_also_at_special_values()
    {
        AssertBinary<Add>((a, b) => a + b, 0.5);
        AssertBinary<Subtract>((a, b) => a - b, 0.5);
        AssertBinary<Multiply>((a, b) => a * b, 0.5);
        AssertBinary<Divide>((a, b) => a / b, 0.5001);
        AssertBinary<Pow>(Math.Pow, 0.5001);
        AssertBinary<Minimum>(Math.Min, 0);
        AssertBinary<Maximum>(Math.Max, 0);
        AssertBinary<Equal>((a, b) => a == b ? 1 : 0, 0);
        AssertBinary<NotEqual>((a, b) => a != b ? 1 : 0, 0);
        AssertBinary<Less>((a, b) => a < b ? 1 : 0, 0);
        AssertBinary<LessOrEqual>((a, b) => a <= b ? 1 : 0, 0);
        AssertBinary<Greater>((a, b) => a > b ? 1 : 0, 0);
        AssertBinary<GreaterOrEqual>((a, b) => a >= b ? 1 : 0, 0);
    }

    [Test]
    public void Logic_combines_truth_values()
    {
        float[] a = [0, 0, 1, 1];
        float[] b = [0, 1, 0, 1];
        Assert.That(Binary<And>(a, b), Is.EqualTo(new float[] { 0, 0, 0, 1 }));
        Assert.That(Binary<Or>(a, b), Is.EqualTo(new float[] { 0, 1, 1, 1 }));
        Assert.That(Unary<Not>(a), Is.EqualTo(new float[] { 1, 1, 0, 0 }));
    }

    [Test]
    public void Where_takes_the_first_choice_for_everything_but_zero()
    {
        float[] condition = [0, -0f, 1, -2, float.NaN, float.Epsilon];
        float[] b = [1, 2, 3, 4, 5, 6];
        float[] c = [-1, -2, -3, -4, -5, -6];
        var result = new float[6];
        fixed (float* pc = condition, pb = b, pe = c, pr = result)
            ElementwiseTile.Ternary<Where>(pr, pc, pb, pe, 6, 0, 0);
        Assert.That(result, Is.EqualTo(new float[] { -1, -2, 3, 4, 5, 6 }));
    }

    [Test]
    public void A_value_does_not_depend_on_its_place_in_the_tile()
    {
        var x = Samples.Floats(67, 3);
        var whole = Unary<Gelu>(x);
        for (var start = 0; start < x.Length; start++)
            Assert.That(Unary<Gelu>(x[start..]), Is.EqualTo(whole[start..]));
    }

    private static float[] Unary<TOperator>(float[] x, float p0 = 0, float p1 = 0)
        where TOperator : struct, IUnaryOperator
    {
        using var a = new NativeArray<float>(x);
        using var result = new NativeArray<float>(x.Length);
        ElementwiseTile.Unary<TOperator>(result.Pointer, a.Pointer, a.Pointer, a.Pointer, x.Length, p0, p1);
        return result.Span.ToArray();
    }

    private static float[] Binary<TOperator>(float[] x, float[] y)
        where TOperator : struct, IBinaryOperator
    {
        using var a = new NativeArray<float>(x);
        using var b = new NativeArray<float>(y);
        using var result = new NativeArray<float>(x.Length);
        ElementwiseTile.Binary<TOperator>(result.Pointer, a.Pointer, b.Pointer, a.Pointer, x.Length, 0, 0);
        return result.Span.ToArray();
    }

    private static void AssertUnary<TOperator>(Func<double, double> reference, double ulps, float p0 = 0, float p1 = 0, float range = 100)
        where TOperator : struct, IUnaryOperator
    {
        float[] x = [.. Samples.Special, .. Samples.Floats(5000, 1), .. Samples.Floats(1000, 2, -range, range)];
        var actual = Unary<TOperator>(x, p0, p1);
        for (var i = 0; i < x.Length; i++)
            Assert.That(Reference.Ulps(actual[i], reference(x[i])), Is.LessThanOrEqualTo(ulps), $"{typeof(TOperator).Name}({x[i]:R}) = {actual[i]:R}, expected {reference(x[i]):R}");
    }

    private static void AssertCloseToArgument<TOperator>(Func<double, double> reference)
        where TOperator : struct, IUnaryOperator
    {
        var x = Samples.Floats(5000, 1, -12, 12);
        var actual = Unary<TOperator>(x);
        for (var i = 0; i < x.Length; i++)
            Assert.That(actual[i], Is.EqualTo(reference(x[i])).Within(3e-7 * Math.Abs(x[i])), $"{typeof(TOperator).Name}({x[i]:R})");
        Assert.That(Unary<TOperator>([float.NaN, float.PositiveInfinity, 0, 20]), Is.EqualTo(new float[] { float.NaN, float.PositiveInfinity, 0, 20 }));
    }

    private static void AssertBinary<TOperator>(Func<double, double, double> reference, double ulps)
        where TOperator : struct, IBinaryOperator
    {
        float[] values = [.. Samples.Special, .. Samples.Floats(40, 1)];
        var x = values.SelectMany(_ => values).ToArray();
        var y = values.SelectMany(value => Enumerable.Repeat(value, values.Length)).ToArray();
        var actual = Binary<TOperator>(x, y);
        for (var i = 0; i < x.Length; i++)
            Assert.That(Reference.Ulps(actual[i], reference(x[i], y[i])), Is.LessThanOrEqualTo(ulps), $"{typeof(TOperator).Name}({x[i]:R}, {y[i]:R}) = {actual[i]:R}, expected {reference(x[i], y[i]):R}");
    }
}
