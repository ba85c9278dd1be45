using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;

namespace ComputeCore.Operations
{
    /// <inheritdoc/>
    public sealed record CrossEntropy(LossReduction Reduction, long IgnoreIndex, double LabelSmoothing, bool HasWeights)
        : CrossEntropyOperation(Reduction, IgnoreIndex, LabelSmoothing, HasWeights), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new CrossEntropy(LossReduction.Mean, -100, 0, false), Draw.Normal([5, 37], deviation: 3), Draw.Integers([5], ElementType.Int64, 0, 36)),
            new(new CrossEntropy(LossReduction.Mean, -1, 0.1, false), Draw.Normal([12, 7]), Draw.Integers([12], ElementType.Int64, -1, 6)),
            new(new CrossEntropy(LossReduction.Mean, 2, 0.2, true), Draw.Normal([12, 5]), Draw.Integers([12], ElementType.Int64, 0, 4), Draw.Uniform([5], 0.5, 2)),
            new(new CrossEntropy(LossReduction.Sum, -100, 0, true), Draw.Normal([4, 5, 3]), Draw.Integers([4, 3], ElementType.Int64, 0, 4), Draw.Uniform([5], 0.5, 2)),
            new(new CrossEntropy(LossReduction.None, 1, 0.1, false), Draw.Normal([2, 4, 3, 17]), Draw.Integers([2, 3, 17], ElementType.Int64, 0, 3)),
            new(new CrossEntropy(LossReduction.None, -100, 0, false), Draw.Normal([3, 130], deviation: 30), Draw.Integers([3], ElementType.Int64, 0, 129)),
            new(new CrossEntropy(LossReduction.None, 2, 0.1, true), Draw.Normal([12, 5]), Draw.Integers([12], ElementType.Int64, 0, 4), Draw.Uniform([5], 0.5, 2)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => [LossType(inputs, 0)];

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (logits, targets, loss) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
            var weights = Weights(arguments, logits.Shape[1]);
            var divisor = Divisor(targets, weights);
            loss.Values.Clear();
            var sample = 0;
            foreach (var line in AxisLines.Of(logits.Shape, 1))
            {
                var distribution = Distribution(targets.Values[sample], weights);
                var logSumExp = AxisLines.LogSumExp(logits, line);
                var own = distribution is null ? 0 : distribution.Zip(line, (weight, i) => weight == 0 ? 0 : weight * (logSumExp - logits.Values[i])).Sum();
                loss.Values[Reduction == LossReduction.None ? sample : 0] += own;
                sample++;
            }

            if (Reduction == LossReduction.Mean)
                loss.Values[0] /= divisor;
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var gradient = new CrossEntropyGradient(Reduction, IgnoreIndex, LabelSmoothing, HasWeights);
            var dlogits = Node.Apply(gradient, [d.Dy, .. d.Inputs]);
            return HasWeights ? [dlogits, null, WeightsGradient(d.X, d.Inputs[1], d.Inputs[2], d.Y, d.Dy)] : [dlogits, null];
        }

        // Weights are hardly ever trained: this is correct, and not fast. The loss is Σ w[c] q[c] (−log p[c]) over all samples
        // with the smoothed target distribution q, and for the mean that over Σ w[t].
        private Tensor WeightsGradient(Tensor logits, Tensor targets, Tensor weights, Tensor loss, Tensor dloss)
        {
            var (type, classes) = (weights.ElementType, logits.Shape[1]);
            Shape perSample = Shape.Create([.. targets.Shape, 1]);
            var counted = targets.NotEqualTo(Tensor.Scalar(IgnoreIndex, ElementType.Int64));
            var mask = counted.Cast(type).Reshape(perSample);
            var target = counted.Where(targets, Tensor.Scalar(0, ElementType.Int64)).OneHot(classes, type) * mask;
            var surprise = -logits.LogSoftmax(1).Permute([0, .. Enumerable.Range(2, logits.Rank - 2), 1]);
            var weighted = ((1 - LabelSmoothing) * target + LabelSmoothing / classes * mask) * surprise;
            return Reduction switch
            {
                LossReduction.None => (weighted * dloss.Reshape(perSample)).SumTo(weights.Shape),
                LossReduction.Sum => (weighted * dloss).SumTo(weights.Shape),
                _ => ((weighted - loss * target) * (dloss / (target * weights).Sum())).SumTo(weights.Shape),
            };
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (samples, classes, inner) = AxisLines.Cut(lowering.Inputs[0].Shape, 1);
            return new CpuKernel(arguments =>
            {
                var problem = Problem(arguments, 0, samples, classes, inner);
                CheckTargets(problem, Kernels.Cpu.Softmax.CrossEntropy.Forward(arguments.Pool, problem, arguments.Output<float>(0), arguments.Workspace));
            })
            {
                WorkspaceBytes = WorkspaceBytes(lowering.Inputs[0].Shape),
            };
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The cross-entropy between classes and the softmax of these logits [N, C, ...], −log softmax(logits)[target] for each
        /// sample; it is computed from the logits in one step, without overflow.
        /// </summary>
        /// <param name="targets">The right classes, i64 [N, ...]. One that is out of range is an error when the function runs; accelerators, which can't raise one, give NaN for its loss.</param>
        /// <param name="weights">A weight for each class, [C]; ones by default. It is not differentiated.</param>
        /// <param name="reduction">What becomes of the samples' losses.</param>
        /// <param name="ignoreIndex">Samples of this class have no loss and do not count.</param>
        /// <param name="labelSmoothing">The share of the target distribution that is spread evenly over all classes, 0 to 1.</param>
        /// <exception cref="ShapeException">The targets' or weights' shape does not match the logits'.</exception>
        public Tensor CrossEntropy(
            Tensor targets, Tensor? weights = null, LossReduction reduction = LossReduction.Mean, long ignoreIndex = -100, double labelSmoothing = 0)
        {
            var operation = new Operations.CrossEntropy(reduction, ignoreIndex, labelSmoothing, weights is not null);
            return weights is null ? Node.Apply(operation, this, targets) : Node.Apply(operation, this, targets, weights);
        }
    }
}
