using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.RandomNumbers;

namespace ComputeCore.Operations;

/// <summary>
/// Zeros with a certain probability, and elsewhere 1 / (1 − probability): the same bits on every device. Element i comes from
/// half-word i, lower halves first, of the Philox stream (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3",
/// 2011) that is named by the generator's seed and run, the only input, and the stream; it is zero where the half-word is below
/// 65536 times the rate, which is rounded: the probability is a multiple of 2^-16.
/// </summary>
/// <param name="Rate">The probability of zero, 0 to 1, before it is rounded.</param>
/// <param name="Stream">Which use of the generator in the graph this is.</param>
/// <param name="Shape">The mask's shape.</param>
public sealed record DropoutMask(double Rate, int Stream, Shape Shape) : Operation, ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new DropoutMask(0.5, 0, [3, 130]), Draw.Values([2], ElementType.Int64, 1234, 0)),
        new(new DropoutMask(0.1, 7, [257]), Draw.Values([2], ElementType.Int64, RandomGenerator.MaximumSeed, 3_000_000_000)),
        new(new DropoutMask(1, 1, [5]), Draw.Values([2], ElementType.Int64, 0, 1)),
    ];

    /// <inheritdoc/>
    public override Tolerance Tolerance => Tolerance.Exact;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 1, 1);
        if (inputs[0] != RandomGenerator.StateType)
            throw Mismatch(inputs, "it takes a generator's state, i64[2]");
        return [new(ElementType.Float32, Shape)];
    }

    /// <summary>How many of 65536 numbers mean zero.</summary>
    internal int Dropped => Rule.Dropped;

    /// <summary>What isn't zero.</summary>
    internal float Scale => Rule.Scale;

    private DropoutRate Rule => new((float)Rate);

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var stream = StreamOf((long)arguments.X.Values[0], (long)arguments.X.Values[1], Stream);
        for (var i = 0; i < arguments.Y.Values.Length; i++)
            arguments.Y.Values[i] = Rule.Factor(stream, i);
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (rule, count) = (Rule, lowering.Outputs[0].Shape.ElementCount);
        return new CpuKernel(arguments =>
        {
            var state = arguments.Input<long>(0);
            Kernels.Cpu.RandomNumbers.DropoutMask.Fill(arguments.Pool, StreamOf(state[0], state[1], Stream), rule, arguments.Output<float>(0), count);
        });
    }

    /// <summary>The random words of a generator's seed and run, and a use of it.</summary>
    internal static PhiloxStream StreamOf(long seed, long run, int stream) => new((ulong)seed, (uint)stream, (uint)run);
}
