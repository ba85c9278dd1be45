using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.RandomNumbers;

namespace ComputeCore.Operations
{
    /// <summary>
    /// A tensor times a mask: zeros with a certain probability, and elsewhere 1 / (1 − probability), the same bits on every device. Element i
    /// comes from half-word i, lower halves first, of the Philox stream (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2,
    /// 3", 2011) that is named by the generator's seed and run, the second input, and the stream; it is zero where the half-word is below
    /// 65536 times the rate, which is rounded: the probability is a multiple of 2^-16. The mask is made where it is used, forward and
    /// backward: it takes no memory, and no time to read it again.
    /// </summary>
    /// <param name="Rate">The probability of zero, 0 to 1, before it is rounded.</param>
    /// <param name="Stream">Which use of the generator in the graph this is.</param>
    public sealed record Dropout(double Rate, int Stream) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Dropout(0.5, 0), Draw.Normal([3, 130]), Draw.Values([2], ElementType.Int64, 1234, 0)),
            new(new Dropout(0.1, 7), Draw.Normal([257]), Draw.Values([2], ElementType.Int64, RandomGenerator.MaximumSeed, 3_000_000_000)),
            new(new Dropout(0.25, 1), Draw.Normal([2, 5, 7, 12]), Draw.Values([2], ElementType.Int64, 0, 1)),
            new(new Dropout(1, 1), Draw.Normal([]), Draw.Values([2], ElementType.Int64, 0, 1)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 2, 2);
            ExpectFloat(inputs, 0);
            if (inputs[1] != RandomGenerator.StateType)
                throw Mismatch(inputs, "its second input is a generator's state, i64[2]");
            return [inputs[0]];
        }

        /// <summary>How many of 65536 numbers mean zero.</summary>
        internal int Dropped => Rule.Dropped;

        /// <summary>What the other elements are multiplied by.</summary>
        internal float Scale => Rule.Scale;

        private DropoutRate Rule => new((float)Rate);

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var state = arguments.Inputs[1].Values;
            var stream = StreamOf((long)state[0], (long)state[1]);
            for (var i = 0; i < arguments.Y.Values.Length; i++)
                arguments.Y.Values[i] = arguments.X.Values[i] * Rule.Factor(stream, i);
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [Graphs.Node.Apply(this, d.Dy, d.Inputs[1]), null];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (rule, count) = (Rule, lowering.Outputs[0].Shape.ElementCount);
            return new CpuKernel(arguments =>
            {
                var state = arguments.Input<long>(1);
                DropoutMask.Multiply(
                    arguments.Pool, StreamOf(state[0], state[1]), rule, arguments.Input<float>(0), arguments.Output<float>(0), count);
            });
        }

        private PhiloxStream StreamOf(long seed, long run) => new((ulong)seed, (uint)Stream, (uint)run);

        internal override bool MayOverwrite(int output, int input) => input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// This tensor with elements set to zero at random and the others scaled so that the mean stays: dropout as in training
        /// (Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014).
        /// </summary>
        /// <param name="rate">The probability of zero, 0 to 1; it is rounded to a multiple of 2^-16.</param>
        /// <param name="generator">Where the random numbers come from; each run of the graph gets new ones.</param>
        /// <exception cref="InvalidOperationException">No graph is being traced.</exception>
        public Tensor Dropout(double rate, RandomGenerator generator)
        {
            ArgumentNullException.ThrowIfNull(generator);
            if (rate is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(rate), rate, "A dropout rate is a probability, from 0 to 1.");
            if (rate == 0)
                return this;
            var (state, stream) = generator.Next();
            return Graphs.Node.Apply(new Operations.Dropout(rate, stream), this, state);
        }
    }
}
