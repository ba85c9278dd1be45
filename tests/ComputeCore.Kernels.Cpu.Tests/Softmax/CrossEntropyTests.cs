using ComputeCore.Kernels.Cpu.Softmax;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Softmax;

public unsafe class CrossEntropyTests
{
    private const long Ignore = -100;

    public enum Option
    {
        Plain,
        Weights,
        Smoothing,
        WeightsAndSmoothing,
    }

    [Test]
    public void Loss_and_gradient_match_float64(
        [Values("1 1 1", "7 10 1", "64 33 1", "500 257 1", "2 5 3", "3 21 50", "2 40 700")] string shape,
        [Values] Option option,
        [Values(0, 1, 2)] int reductionIndex)
    {
        using var pool = new WorkerPool(2);
        var data = new Data(shape, option, (LossReduction)reductionIndex);
        var loss = new GuardedArray<float>(data.Reduction == LossReduction.None ? data.Outer * data.Inner : 1);
        Assert.That(CrossEntropy.Forward(pool, data.Problem, loss, data.Workspace), Is.EqualTo(-1));
        loss.AssertClose(data.ReferenceLoss(), 2e-6);

        var gradient = GuardedArrays.Normal(loss.Length, 9);
        var dx = new GuardedArray<float>(data.Logits.Length);
        Assert.That(CrossEntropy.Backward(pool, data.Problem, gradient, dx, data.Workspace), Is.EqualTo(-1));
        dx.AssertClose(data.ReferenceGradient(gradient), 2e-6);
        data.Workspace.AssertNothingWrittenAround();
    }

    [Test]
    public void A_target_out_of_range_is_reported_by_its_position_and_nothing_is_written([Values(-1, 10, long.MinValue)] long target)
    {
        using var pool = new WorkerPool(2);
        var data = new Data("40000 10 1", Option.Weights, LossReduction.Mean);
        data.Targets[31_234] = target;
        data.Targets[39_999] = target;
        var loss = new GuardedArray<float>(7f);
        var dx = new GuardedArray<float>(data.Logits.Length, _ => 7);
        Assert.That(CrossEntropy.Forward(pool, data.Problem, loss, data.Workspace), Is.EqualTo(31_234));
        Assert.That(CrossEntropy.Backward(pool, data.Problem, loss, dx, data.Workspace), Is.EqualTo(31_234));
        Assert.That(loss[0], Is.EqualTo(7));
        Assert.That(dx.Span.ContainsAnyExcept(7f), Is.False);
    }

    [Test]
    public void The_mean_of_no_target_is_NaN_and_their_sum_is_zero()
    {
        using var pool = new WorkerPool(1);
        foreach (var (reduction, expected) in new[] { (LossReduction.Mean, double.NaN), (LossReduction.Sum, 0.0) })
        {
            var data = new Data("5 4 1", Option.Plain, reduction);
            new Span<long>(data.Targets, 5).Fill(Ignore);
            var loss = new GuardedArray<float>(1);
            CrossEntropy.Forward(pool, data.Problem, loss, data.Workspace);
            loss.AssertClose([expected], 0);
        }
    }

    [Test]
    public void An_ignored_row_of_NaN_leaves_the_loss_alone_and_a_target_at_minus_infinity_costs_infinitely_much([Values(1, 3)] int inner)
    {
        using var pool = new WorkerPool(1);
        var data = new Data($"2 3 {inner}", Option.Plain, LossReduction.None);
        for (var i = 0; i < inner; i++)
        {
            data.Targets[i] = Ignore;
            data.Targets[inner + i] = 1;
            data.Logits[i] = float.NaN;
            data.Logits[4 * inner + i] = float.NegativeInfinity;
        }

        var loss = new GuardedArray<float>(2 * inner);
        CrossEntropy.Forward(pool, data.Problem, loss, data.Workspace);
        for (var i = 0; i < inner; i++)
        {
            Assert.That(loss[i], Is.Zero);
            Assert.That(loss[inner + i], Is.EqualTo(float.PositiveInfinity));
        }
    }

    [Test]
    public void Bits_do_not_depend_on_the_thread_count([Values("3000 40 1", "3 40 999")] string shape)
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        var data = new Data(shape, Option.WeightsAndSmoothing, LossReduction.Mean);
        var (loss1, loss3) = (new GuardedArray<float>(1), new GuardedArray<float>(1));
        var (dx1, dx3) = (new GuardedArray<float>(data.Logits.Length), new GuardedArray<float>(data.Logits.Length));
        CrossEntropy.Forward(one, data.Problem, loss1, data.Workspace);
        CrossEntropy.Forward(three, data.Problem, loss3, data.Workspace);
        CrossEntropy.Backward(one, data.Problem, loss1, dx1, data.Workspace);
        CrossEntropy.Backward(three, data.Problem, loss3, dx3, data.Workspace);
        loss3.AssertSameBits(loss1);
        dx3.AssertSameBits(dx1);
    }

    /// <summary>A random problem and its naive float64 solution.</summary>
    private sealed class Data
    {
        private readonly GuardedArray<float>? weights;
        private readonly float smoothing;

        public Data(string shape, Option option, LossReduction reduction)
        {
            var sizes = Array.ConvertAll(shape.Split(' '), int.Parse);
            (Outer, Classes, Inner, Reduction) = (sizes[0], sizes[1], sizes[2], reduction);
            var random = new Random(6);
            Logits = GuardedArrays.Normal(Outer * Classes * Inner, 7, scale: 3, mean: 20);
            Targets = new(Outer * Inner, i => i > 0 && random.Next(5) == 0 ? Ignore : random.Next(Classes));
            if (option is Option.Weights or Option.WeightsAndSmoothing)
                weights = new(Classes, _ => 0.25f + random.NextSingle());
            smoothing = option is Option.Smoothing or Option.WeightsAndSmoothing ? 0.1f : 0;
            Workspace = new((int)CrossEntropy.WorkspaceBytes(Outer, Classes, Inner));
        }

        public int Outer { get; }

        public int Classes { get; }

        public int Inner { get; }

        public LossReduction Reduction { get; }

        public GuardedArray<float> Logits { get; }

        public GuardedArray<long> Targets { get; }

        public GuardedArray<byte> Workspace { get; }

        public CrossEntropyProblem Problem => new()
        {
            Logits = Logits,
            Targets = Targets,
            ClassWeights = weights,
            Outer = Outer,
            Classes = Classes,
            Inner = Inner,
            IgnoreIndex = Ignore,
            LabelSmoothing = smoothing,
            Reduction = Reduction,
        };

        private double TotalWeight => Positions.Where(p => Targets[p] != Ignore).Sum(p => Weight((int)Targets[p]));

        private IEnumerable<int> Positions => Enumerable.Range(0, Outer * Inner);

        public double[] ReferenceLoss()
        {
            var losses = Positions.Select(p =>
            {
                if (Targets[p] == Ignore)
                    return 0;
                var logP = LogProbabilities(p);
                var smooth = -logP.Select((v, c) => v * Weight(c)).Sum();
                return (1 - smoothing) * -logP[Targets[p]] * Weight((int)Targets[p]) + smoothing / Classes * smooth;
            }).ToArray();
            return Reduction switch
            {
                LossReduction.None => losses,
                LossReduction.Sum => [losses.Sum()],
                _ => [losses.Sum() / TotalWeight],
            };
        }

        public double[] ReferenceGradient(GuardedArray<float> upstream)
        {
            // d loss / d logP[c] =: q[c], and then through log-softmax: dx = q - softmax(x) Σ q.
            var result = new double[Logits.Length];
            foreach (var p in Positions.Where(p => Targets[p] != Ignore))
            {
                double g = Reduction == LossReduction.None ? upstream[p] : upstream[0];
                if (Reduction == LossReduction.Mean)
                    g /= TotalWeight;
                var q = Enumerable.Range(0, Classes).Select(c =>
                    -g * Weight(c) * ((c == Targets[p] ? 1 - smoothing : 0) + smoothing / (double)Classes)).ToArray();
                var logP = LogProbabilities(p);
                for (var c = 0; c < Classes; c++)
                    result[Index(p, c)] = q[c] - Math.Exp(logP[c]) * q.Sum();
            }

            return result;
        }

        private double Weight(int c) => weights is null ? 1 : weights[c];

        private int Index(int position, int c) => (position / Inner * Classes + c) * Inner + position % Inner;

        private double[] LogProbabilities(int position)
        {
            var x = Enumerable.Range(0, Classes).Select(c => (double)Logits[Index(position, c)]).ToArray();
            var max = x.Max();
            var logSumExp = max + Math.Log(x.Sum(v => Math.Exp(v - max)));
            return Array.ConvertAll(x, v => v - logSumExp);
        }
    }
}
