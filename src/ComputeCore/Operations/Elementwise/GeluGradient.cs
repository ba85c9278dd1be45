using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations;

/// <summary>The gradient of <see cref="Gelu"/> at x: dx = dy (Φ(x) + x φ(x)), φ the normal density.</summary>
public sealed record GeluGradient : BinaryElementwise, ISampled
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new GeluGradient(), Draw.Normal([4, 33], deviation: 3), Draw.Normal([4, 33])),
        new(new GeluGradient(), Draw.Values([7], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5), Draw.Values([], 1)),
    ];

    internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
    {
        ExpectFloat(inputs, 0, 1);
        return base.ResultType(inputs);
    }

    internal override double Evaluate(double x, double dy) =>
        dy * (Gelu.Distribution(x) + x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));

    internal override int EmitCpu(ElementwiseProgramBuilder program, int x, int dy) => program.Binary<Cpu.GeluGradient>(x, dy);

    // φ' = -x φ, so that the second derivative is φ(x) (2 - x²).
    private protected override (Tensor? A, Tensor? B) Gradient(Tensor x, Tensor dy, Tensor dx, Tensor gradient)
    {
        var square = x.Square();
        var second = (square * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI)) * (2 - square);
        return (gradient * dy * second, Graphs.Node.Apply(new GeluGradient(), x, gradient));
    }
}
