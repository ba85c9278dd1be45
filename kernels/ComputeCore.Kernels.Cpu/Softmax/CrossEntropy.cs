// Cross-entropy of logits x [outer, classes, inner] and class indices t [outer, inner], with PyTorch's definitions:
//
//   loss = (1 - ε) w[t] (logSumExp - x[t]) + ε / C Σ_c w[c] (logSumExp - x[c])      ε: label smoothing, w: class weights
//   mean = Σ loss / Σ w[t]                                                          both over the targets not ignored
//   dx[c] = g ((1 - ε) w[t] (p[c] - [c = t]) + ε / C (p[c] Σ w - w[c]))             p = softmax(x)
//
// where g is the upstream gradient (of the mean: over Σ w[t]). Neither log-probabilities nor one-hot targets reach memory:
// forward reads the logits once, backward reads them once and writes the gradient. Vectors run along the classes where
// those are contiguous (inner = 1) and along 16 positions otherwise. Losses are added up in float64, chunk by chunk.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>Softmax cross-entropy with integer targets. Both directions check the targets before they write anything.</summary>
internal static unsafe class CrossEntropy
{
    /// <summary>Scratch bytes for either direction.</summary>
    public static long WorkspaceBytes(int outer, int classes, int inner) => Math.Max(
        CrossEntropyTargets.WorkspaceBytes((long)outer * inner),
        LossChunks(outer, classes, inner).Count * (long)sizeof(double));

    /// <summary>
    /// Writes the losses [outer, inner] (<see cref="LossReduction.None"/>) or their sum or mean. Returns -1, or, having
    /// written nothing, the first position whose target is out of range.
    /// </summary>
    public static long Forward(WorkerPool pool, in CrossEntropyProblem problem, float* loss, byte* workspace)
    {
        var invalid = CrossEntropyTargets.Check(pool, problem, workspace, out var totalWeight);
        if (invalid >= 0)
            return invalid;

        var chunks = LossChunks(problem.Outer, problem.Classes, problem.Inner);
        var partials = (double*)workspace;
        var losses = problem.Reduction == LossReduction.None ? loss : null;
        pool.For(chunks.Count, new ForwardBody { Problem = problem, Chunks = chunks, Losses = losses, Partials = partials });
        if (problem.Reduction == LossReduction.None)
            return -1;

        var sum = 0.0;
        for (var i = 0; i < chunks.Count; i++)
            sum += partials[i];
        *loss = (float)(problem.Reduction == LossReduction.Mean ? sum / totalWeight : sum);
        return -1;
    }

    /// <summary>
    /// Writes the gradient of the logits, given that of the loss: [outer, inner] for <see cref="LossReduction.None"/>, one
    /// number otherwise. Returns -1, or, having written nothing, the first position whose target is out of range. The
    /// gradient may overwrite the logits.
    /// </summary>
    public static long Backward(WorkerPool pool, in CrossEntropyProblem problem, float* lossGradient, float* logitsGradient, byte* workspace)
    {
        var invalid = CrossEntropyTargets.Check(pool, problem, workspace, out var totalWeight);
        if (invalid >= 0)
            return invalid;

        var chunks = LossChunks(problem.Outer, problem.Classes, problem.Inner);
        pool.For(chunks.Count, new BackwardBody
        {
            Problem = problem,
            Chunks = chunks,
            PositionGradients = problem.Reduction == LossReduction.None ? lossGradient : null,
            CommonGradient = problem.Reduction switch
            {
                LossReduction.None => 0,
                LossReduction.Sum => *lossGradient,
                _ => (float)(*lossGradient / totalWeight),
            },
            LogitsGradient = logitsGradient,
            SumOfWeights = problem.SumOfWeights(),
        });
        return -1;
    }

    private static int Strips(int inner) => Rounding.DivideUp(inner, Lanes.Count);

    private static Chunks LossChunks(int outer, int classes, int inner) => inner == 1
        ? new Chunks(outer, classes)
        : new Chunks((long)outer * Strips(inner), (long)classes * Lanes.Count);

    /// <summary>The targets of a strip: class indices (-1 where ignored) and their weights, a lane each.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LoadTargets(in CrossEntropyProblem problem, long position, int count, out Vector512<int> targets, out Vector512<float> weights)
    {
        var targetLanes = stackalloc int[Lanes.Count];
        var weightLanes = stackalloc float[Lanes.Count];
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            var active = lane < count && problem.Targets[position + lane] != problem.IgnoreIndex;
            targetLanes[lane] = active ? (int)problem.Targets[position + lane] : -1;
            weightLanes[lane] = active ? problem.Weight(targetLanes[lane]) : 0;
        }

        targets = Vector512.Load(targetLanes);
        weights = Vector512.Load(weightLanes);
    }

    private struct ForwardBody : IParallelBody
    {
        public CrossEntropyProblem Problem;
        public Chunks Chunks;
        public float* Losses;
        public double* Partials;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var sum = 0.0;
            var strips = Strips(Problem.Inner);
            for (var i = Chunks.Start(index); i < Chunks.End(index); i++)
            {
                if (Problem.Inner == 1)
                {
                    sum += Row(i);
                    continue;
                }

                var (outer, strip) = Math.DivRem(i, strips);
                sum += Strip(outer, (int)strip * Lanes.Count);
            }

            Partials[index] = sum;
        }

        private readonly float Row(long row)
        {
            var target = Problem.Targets[row];
            var loss = target == Problem.IgnoreIndex ? 0 : RowLoss(Problem.Logits + row * Problem.Classes, target);
            if (Losses != null)
                Losses[row] = loss;
            return loss;
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly float RowLoss(float* x, long target)
        {
            var (shift, sum) = RowReductions.ShiftedSumExp(x, Problem.Classes);
            var logSum = VectorMath.Log(Vector512.Create(sum))[0];
            var smoothing = Problem.LabelSmoothing;
            var loss = (1 - smoothing) * Problem.Weight(target) * (logSum - (x[target] - shift));
            return smoothing == 0 ? loss : loss + smoothing / Problem.Classes * SumOfLosses(x, shift, logSum);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly float SumOfLosses(float* x, float shift, float logSum)
        {
            var sum = Vector512<float>.Zero;
            for (var c = 0; c < Problem.Classes; c += Lanes.Count)
            {
                var count = Problem.Classes - c;
                var weight = Problem.ClassWeights == null ? Vector512<float>.One : Lanes.Load(Problem.ClassWeights + c, count);
                var loss = weight * (Vector512.Create(logSum) - (Lanes.Load(x + c, count) - Vector512.Create(shift)));
                sum += Vector512.ConditionalSelect(Lanes.First(count), loss, Vector512<float>.Zero);
            }

            return Lanes.Sum(sum);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly double Strip(long outer, int column)
        {
            var (classes, inner) = (Problem.Classes, Problem.Inner);
            var count = Math.Min(Lanes.Count, inner - column);
            var position = outer * inner + column;
            LoadTargets(Problem, position, count, out var targets, out var weights);

            var x = Problem.Logits + outer * classes * inner + column;
            var max = StripReductions.MaxNative(x, classes, inner, count);
            var logSum = VectorMath.Log(StripReductions.SumExp(x, max, classes, inner, count));
            var targetLoss = Vector512<float>.Zero;
            var sumOfLosses = Vector512<float>.Zero;
            for (var c = 0; c < classes; c++)
            {
                var loss = logSum - (Lanes.Load(x + (nint)c * inner, count) - max);
                sumOfLosses += Vector512.Create(Problem.Weight(c)) * loss;
                targetLoss = Vector512.ConditionalSelect(Vector512.Equals(targets, Vector512.Create(c)).AsSingle(), loss, targetLoss);
            }

            var result = Vector512.Create(1 - Problem.LabelSmoothing) * weights * targetLoss;
            if (Problem.LabelSmoothing != 0)
                result += Vector512.Create(Problem.LabelSmoothing / classes) * sumOfLosses;
            result = Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(targets, Vector512<int>.Zero).AsSingle(), result, Vector512<float>.Zero);
            if (Losses != null)
                Lanes.Store(Losses + position, count, result);
            return Lanes.Sum(result);
        }
    }

    private struct BackwardBody : IParallelBody
    {
        // Of what is written: it is not in the caches when its turn comes.
        private const int FetchedAhead = 2048;

        public CrossEntropyProblem Problem;
        public Chunks Chunks;
        public float* PositionGradients;
        public float CommonGradient;
        public float* LogitsGradient;
        public float SumOfWeights;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var strips = Strips(Problem.Inner);
            for (var i = Chunks.Start(index); i < Chunks.End(index); i++)
            {
                if (Problem.Inner == 1)
                {
                    Row(i);
                    continue;
                }

                var (outer, strip) = Math.DivRem(i, strips);
                Strip(outer, (int)strip * Lanes.Count);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(long row)
        {
            var classes = Problem.Classes;
            var x = Problem.Logits + row * classes;
            var dx = LogitsGradient + row * classes;
            var target = Problem.Targets[row];
            if (target == Problem.IgnoreIndex)
            {
                new Span<float>(dx, classes).Clear();
                return;
            }

            var gradient = PositionGradients == null ? CommonGradient : PositionGradients[row];
            var targetScale = gradient * (1 - Problem.LabelSmoothing) * Problem.Weight(target);
            var smoothScale = gradient * Problem.LabelSmoothing / classes;
            var (shift, sum) = RowReductions.ShiftedSumExp(x, classes);
            Write(x, dx, shift, (targetScale + smoothScale * SumOfWeights) / sum, smoothScale);
            dx[target] -= targetScale;
        }

        // dx = scale exp(x - shift) - less w. The exponentials once more: to store them and to read them again took 1.3 times as long.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Write(float* x, float* dx, float shift, float scale, float less)
        {
            var (shifts, scales, lesses) = (Vector512.Create(shift), Vector512.Create(scale), Vector512.Create(less));
            var c = 0;
            if (Problem.ClassWeights == null)
            {
                for (; c <= Problem.Classes - 2 * Lanes.Count; c += 2 * Lanes.Count)
                {
                    Lanes.PrefetchFar(dx + c + FetchedAhead, 2);
                    var e0 = VectorMath.ExpOrZero(Vector512.Load(x + c) - shifts);
                    var e1 = VectorMath.ExpOrZero(Vector512.Load(x + c + Lanes.Count) - shifts);
                    (e0 * scales - lesses).Store(dx + c);
                    (e1 * scales - lesses).Store(dx + c + Lanes.Count);
                }
            }

            for (; c < Problem.Classes; c += Lanes.Count)
            {
                var count = Problem.Classes - c;
                var weight = Problem.ClassWeights == null ? Vector512<float>.One : Lanes.Load(Problem.ClassWeights + c, count);
                Lanes.Store(dx + c, count, VectorMath.ExpOrZero(Lanes.Load(x + c, count) - shifts) * scales - lesses * weight);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Strip(long outer, int column)
        {
            var (classes, inner) = (Problem.Classes, Problem.Inner);
            var count = Math.Min(Lanes.Count, inner - column);
            var position = outer * inner + column;
            LoadTargets(Problem, position, count, out var targets, out var weights);

            var x = Problem.Logits + outer * classes * inner + column;
            var dx = LogitsGradient + outer * classes * inner + column;
            var gradient = PositionGradients == null ? Vector512.Create(CommonGradient) : Lanes.Load(PositionGradients + position, count);
            var targetScale = gradient * Vector512.Create(1 - Problem.LabelSmoothing) * weights;
            var smoothScale = gradient * Vector512.Create(Problem.LabelSmoothing / classes);
            var active = Vector512.GreaterThanOrEqual(targets, Vector512<int>.Zero).AsSingle();

            var max = StripReductions.MaxNative(x, classes, inner, count);
            var sum = StripReductions.StoreExpAndSum(x, max, dx, classes, inner, count);
            var scale = (targetScale + smoothScale * Vector512.Create(SumOfWeights)) / sum;
            for (var c = 0; c < classes; c++, dx += inner)
            {
                var isTarget = Vector512.Equals(targets, Vector512.Create(c)).AsSingle();
                var value = Lanes.Load(dx, count) * scale - smoothScale * Vector512.Create(Problem.Weight(c));
                value -= Vector512.ConditionalSelect(isTarget, targetScale, Vector512<float>.Zero);
                Lanes.Store(dx, count, Vector512.ConditionalSelect(active, value, Vector512<float>.Zero));
            }
        }
    }
}
