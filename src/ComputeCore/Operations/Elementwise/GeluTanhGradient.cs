using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations;

/// <summary>
/// The gradient of <see cref="GeluTanh"/> at x: dx = dy ((1 + t)/2 + x/2 (1 - t²) u'), where u is the argument of the
/// hyperbolic tangent and t = tanh u.
/// </summary>
public sealed record GeluTanhGradient : BinaryElementwise, ISampled
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new GeluTanhGradient(), Draw.Normal([4, 33], deviation: 3), Draw.Normal([4, 33])),
        new(new GeluTanhGradient(), Draw.Values([5], double.NaN, -0.0, 0.0, 1, -2.5), Draw.Values([], 1)),
    ];

    internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
    {
        ExpectFloat(inputs, 0, 1);
        return base.ResultType(inputs);
    }

    internal override double Evaluate(double x, double dy)
    {
        var t = Math.Tanh(GeluTanh.Scale * (x + GeluTanh.Cubic * x * x * x));
        var slope = GeluTanh.Scale * (1 + 3 * GeluTanh.Cubic * x * x);
        return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope);
    }

    internal override int EmitCpu(ElementwiseProgramBuilder program, int x, int dy) => program.Binary<Cpu.GeluTanhGradient>(x, dy);

    // With t' = (1 - t²) u', the second derivative is (1 - t²) (u' + x (u''/2 - t u'²)).
    private protected override (Tensor? A, Tensor? B) Gradient(Tensor x, Tensor dy, Tensor dx, Tensor gradient)
    {
        var square = x.Square();
        var t = (GeluTanh.Scale * (x * (1 + GeluTanh.Cubic * square))).Tanh();
        var slope = GeluTanh.Scale * (1 + 3 * GeluTanh.Cubic * square);
        var halfCurvature = 3 * GeluTanh.Scale * GeluTanh.Cubic * x;
        var second = (1 - t.Square()) * (slope + x * (halfCurvature - t * slope.Square()));
        return (gradient * dy * second, Graphs.Node.Apply(new GeluTanhGradient(), x, gradient));
    }
}
