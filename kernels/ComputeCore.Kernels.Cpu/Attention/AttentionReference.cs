// Attention as its definition reads, one row of weights at a time: what the fast kernels are tested against.
using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>The shortest attention and its gradients.</summary>
internal static unsafe class AttentionReference
{
    /// <summary>Scratch bytes for either direction: two rows of weights a worker.</summary>
    public static long WorkspaceBytes(int workers, in AttentionShape shape) => 2L * workers * shape.Keys * sizeof(float);

    /// <summary>Writes the output and log Σ exp(score), 0 for a query that sees no key.</summary>
    public static void Forward(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, float* output, float* logSumExp, byte* workspace) =>
        pool.For(shape.Batch * shape.Heads, new ForwardBody { Shape = shape, Inputs = inputs, Output = output, LogSumExp = logSumExp, Workspace = (float*)workspace });

    /// <summary>Writes the gradients of queries, keys and values.</summary>
    public static void Backward(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, in AttentionGradients gradients, byte* workspace) =>
        pool.For(shape.Batch * shape.KeyHeads, new BackwardBody { Shape = shape, Inputs = inputs, Gradients = gradients, Workspace = (float*)workspace });

    // The scores of the keys that a query sees; how many, and which is the first.
    private static (int Begin, int Count) Scores(in AttentionShape shape, in AttentionInputs inputs, int batch, int query, int head, float* scores)
    {
        var (begin, end, position) = inputs.Span(shape, batch);
        position += query;
        if (shape.IsCausal)
            end = Math.Min(end, position + 1);
        var q = inputs.Queries + shape.QueryAt(batch, query, head);
        var k = inputs.Keys + shape.KeyAt(batch, 0, head / shape.Sharing);
        for (var j = begin; j < end; j++)
        {
            var score = shape.Scale * RowReductions.Dot(q, k + (long)j * shape.KeyStride, shape.Width);
            scores[j - begin] = inputs.Slopes == null ? score : score - inputs.Slopes[head] * Math.Abs(position - j);
        }

        return (begin, Math.Max(0, end - begin));
    }

    // What dropout multiplies a weight by.
    private static float Kept(in AttentionShape shape, in AttentionInputs inputs, int batch, int query, int head, int key) =>
        new DropoutRate(shape.Dropout).Factor(inputs.Random, shape.NumberAt(batch, query, head) * shape.Keys + key);

    private static void AddScaled(float* sum, float factor, float* row, int count)
    {
        for (var c = 0; c < count; c++)
            sum[c] = MathF.FusedMultiplyAdd(factor, row[c], sum[c]);
    }

    private struct ForwardBody : IParallelBody
    {
        public AttentionShape Shape;
        public AttentionInputs Inputs;
        public float* Output;
        public float* LogSumExp;
        public float* Workspace;

        public readonly void Run(int index, int worker)
        {
            var (batch, head) = Math.DivRem(index, Shape.Heads);
            var weights = Workspace + 2L * worker * Shape.Keys;
            for (var query = 0; query < Shape.Queries; query++)
            {
                var y = Output + Shape.QueryAt(batch, query, head);
                var (begin, count) = Scores(Shape, Inputs, batch, query, head, weights);
                new Span<float>(y, Shape.Width).Clear();
                var logSumExp = 0f;
                if (count > 0)
                {
                    var max = RowReductions.MaxNative(weights, count);
                    var sum = RowReductions.StoreExpAndSum(weights, max, weights, count, 0);
                    logSumExp = max + MathF.Log(sum);
                    for (var j = 0; j < count; j++)
                    {
                        var weight = weights[j] / sum * Kept(Shape, Inputs, batch, query, head, begin + j);
                        AddScaled(y, weight, Inputs.Values + Shape.KeyAt(batch, begin + j, head / Shape.Sharing), Shape.Width);
                    }
                }

                LogSumExp[Shape.NumberAt(batch, query, head)] = logSumExp;
            }
        }
    }

    private struct BackwardBody : IParallelBody
    {
        public AttentionShape Shape;
        public AttentionInputs Inputs;
        public AttentionGradients Gradients;
        public float* Workspace;

        public readonly void Run(int index, int worker)
        {
            var (batch, keyHead) = Math.DivRem(index, Shape.KeyHeads);
            for (var key = 0; key < Shape.Keys; key++)
            {
                new Span<float>(Gradients.Keys + Shape.KeyAt(batch, key, keyHead), Shape.Width).Clear();
                new Span<float>(Gradients.Values + Shape.KeyAt(batch, key, keyHead), Shape.Width).Clear();
            }

            for (var head = keyHead * Shape.Sharing; head < (keyHead + 1) * Shape.Sharing; head++)
                for (var query = 0; query < Shape.Queries; query++)
                    Query(batch, query, head, keyHead, Workspace + 2L * worker * Shape.Keys);
        }

        private readonly void Query(int batch, int query, int head, int keyHead, float* scores)
        {
            var at = Shape.QueryAt(batch, query, head);
            var dy = Gradients.Output + at;
            var q = Inputs.Queries + at;
            var dq = Gradients.Queries + at;
            var delta = RowReductions.Dot(dy, Gradients.Result + at, Shape.Width);
            var logSumExp = Gradients.LogSumExp[Shape.NumberAt(batch, query, head)];
            var (begin, count) = Scores(Shape, Inputs, batch, query, head, scores);
            new Span<float>(dq, Shape.Width).Clear();
            for (var j = 0; j < count; j++)
            {
                var keyAt = Shape.KeyAt(batch, begin + j, keyHead);
                var (weight, kept) = (MathF.Exp(scores[j] - logSumExp), Kept(Shape, Inputs, batch, query, head, begin + j));
                var dscore = Shape.Scale * weight * (kept * RowReductions.Dot(dy, Inputs.Values + keyAt, Shape.Width) - delta);
                AddScaled(dq, dscore, Inputs.Keys + keyAt, Shape.Width);
                AddScaled(Gradients.Keys + keyAt, dscore, q, Shape.Width);
                AddScaled(Gradients.Values + keyAt, weight * kept, dy, Shape.Width);
            }
        }
    }
}
