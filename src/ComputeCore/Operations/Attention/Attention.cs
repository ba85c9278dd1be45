using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Attention;

namespace ComputeCore.Operations
{
    /// <summary>
    /// The outputs [B, T, H, D] of attention and, for its gradient, log Σ exp(score) of each query [B, H, T], 0 for a query that sees
    /// no key. The inputs are queries, keys, values and options.
    /// </summary>
    /// <inheritdoc/>
    public sealed record Attention(double Scale, bool IsCausal, bool HasSpans, bool HasSlopes, double Dropout, int Stream)
        : AttentionOperation(Scale, IsCausal, HasSpans, HasSlopes, Dropout, Stream), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            SampleOf(1, 5, 5, 1, 1, 4),
            SampleOf(2, 5, 7, 3, 3, 32),
            SampleOf(1, 9, 9, 2, 2, 64, isCausal: true),
            SampleOf(1, 3, 11, 4, 2, 8, isCausal: true), // more keys than queries: the last query sees all
            SampleOf(1, 6, 4, 4, 1, 80, isCausal: true), // fewer: the first two queries see none
            SampleOf(3, 4, 9, 2, 1, 16, spans: [0, 9, 5, 3, 9, 5, 0, 6, 2]), // all keys, padding on the left, padding on the right
            SampleOf(3, 4, 9, 2, 2, 16, isCausal: true, spans: [0, 9, 5, 3, 9, 5, 0, 6, 2]),
            SampleOf(2, 3, 5, 2, 1, 7, spans: [2, 2, 0, -3, 50, 1]), // a sequence without keys; bounds beyond the keys
            SampleOf(2, 1, 37, 6, 2, 64, isCausal: true, spans: [0, 20, 19, 5, 37, 36]), // decoding
            SampleOf(1, 5, 8, 4, 4, 16, hasSlopes: true),
            SampleOf(2, 6, 6, 2, 1, 5, isCausal: true, spans: [1, 6, 0, 0, 5, 0], hasSlopes: true),
            SampleOf(2, 5, 6, 2, 1, 12, dropout: 0.3),
            SampleOf(1, 40, 40, 2, 2, 8, isCausal: true, hasSlopes: true, dropout: 0.1),
            SampleOf(1, 3, 4, 2, 1, 128, isCausal: true),
            SampleOf(1, 2, 3, 1, 1, 256),
            SampleOf(1, 70, 70, 1, 1, 16, isCausal: true),
            SampleOf(1, 33, 130, 2, 1, 20, spans: [7, 119, 80]),
            SampleOf(0, 3, 4, 2, 1, 8),
            SampleOf(1, 3, 0, 2, 1, 8),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            Check(inputs, 0, 3);
            return [inputs[0], PerQuery(inputs[0])];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var definition = new AttentionDefinition(this, arguments, 0, 3);
            var (v, o, logSumExp) = (arguments.Inputs[2], arguments.Outputs[0], arguments.Outputs[1]);
            o.Values.Clear();
            foreach (var (b, i, h) in definition.All())
            {
                var scores = definition.Scores(b, i, h);
                var max = scores.DefaultIfEmpty(double.NegativeInfinity).Max();
                var sum = double.IsNegativeInfinity(max) ? 0 : max + Math.Log(scores.Sum(score => Math.Exp(score - max)));
                logSumExp[b, h, i] = sum;
                for (var j = 0; j < scores.Length; j++)
                {
                    var weight = Math.Exp(scores[j] - sum) * definition.Kept(b, i, h, j);
                    for (var c = 0; c < definition.Width; c++)
                        o[b, i, h, c] += weight == 0 ? 0 : weight * v[b, j, definition.KeyHead(h), c];
                }
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (q, k, v) = (d.Inputs[0], d.Inputs[1], d.Inputs[2]);
            Tensor[] options = [.. d.Inputs.Skip(3)];
            var dy = d.OutputGradients[0] ?? Tensor.Full(q.Shape, 0, q.ElementType);
            var gradient = new AttentionGradient(Scale, IsCausal, HasSpans, HasSlopes, Dropout, Stream);
            var gradients = Node.ApplyMany(gradient, [dy, q, k, v, d.Outputs[0], d.Outputs[1], .. options]);
            var (dq, dk) = (gradients[0], gradients[1]);
            if (d.OutputGradients[1] is { } dlogSumExp)
            {
                // dlogSumExp/dq is the scaled mean of the keys under the weights: an attention whose values are the keys.
                var undropped = this with { Dropout = 0 };
                if (HasDropout)
                    options = options[..^1];
                var mean = Node.ApplyMany(undropped, [q, k, k, .. options]);
                var share = (Scale * dlogSumExp).Permute([0, 2, 1]).Unsqueeze(3);
                dq += share * mean[0];
                dk += Node.ApplyMany(gradient with { Dropout = 0 }, [share * q, q, k, k, mean[0], mean[1], .. options])[2];
            }

            var others = new Tensor?[OptionCount];
            if (HasSlopes)
                others[SlopesOption] = SlopesGradient(d, dy);
            return [dq, dk, gradients[2], .. others];
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = ShapeOf(lowering.Inputs[0], lowering.Inputs[1]);
            return new CpuKernel(arguments => FlashAttention.Run(
                arguments.Pool, shape, InputsOf(arguments, 0, 3), arguments.Output<float>(0), arguments.Output<float>(1), arguments.Workspace))
            {
                WorkspaceBytes = FlashAttention.WorkspaceBytes(lowering.Workers, shape),
            };
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 2 * ProductFlops(inputs[0], inputs[1]);

        /// <summary>An application to random queries, keys and values, and slopes between 0 and 1.</summary>
        private static Sample SampleOf(
            int batch,
            int queries,
            int keys,
            int heads,
            int keyHeads,
            int width,
            bool isCausal = false,
            double[]? spans = null,
            bool hasSlopes = false,
            double dropout = 0)
        {
            var operation = new Attention(1 / Math.Sqrt(width), isCausal, spans is not null, hasSlopes, dropout, 3);
            var inputs = new List<Draw>
            {
                Draw.Normal([batch, queries, heads, width]),
                Draw.Normal([batch, keys, keyHeads, width]),
                Draw.Normal([batch, keys, keyHeads, width]),
            };
            if (spans is not null)
                inputs.Add(Draw.Values([batch, 3], ElementType.Int32, spans));
            if (hasSlopes)
                inputs.Add(Draw.Uniform([heads], 0, 1));
            if (dropout > 0)
                inputs.Add(Draw.Values([2], ElementType.Int64, 1234, 5));
            return new Sample(operation, [.. inputs]);
        }

        // Slopes are hardly ever trained: this is correct, and holds the matrix of weights in memory.
        private Tensor SlopesGradient(Differential d, Tensor dy)
        {
            var (q, k, v, o, logSumExp) = (d.Inputs[0], d.Inputs[1], d.Inputs[2], d.Outputs[0], d.Outputs[1]);
            var (batch, queries, heads, width, keys, keyHeads) = (q.Shape[0], q.Shape[1], q.Shape[2], q.Shape[3], k.Shape[1], k.Shape[2]);
            Shape weightsShape = [batch, heads, queries, keys];
            var key = Tensor.Constant(TensorData.From([keys], [.. Enumerable.Range(0, keys)]));
            var query = Tensor.Constant(TensorData.From([queries, 1], [.. Enumerable.Range(0, queries)]));
            Tensor Span(int column) => d.Inputs[3].Slice(1, column, column + 1).Reshape(batch, 1, 1, 1);
            var position = query + (HasSpans ? Span(2) : Tensor.Scalar(keys - queries, ElementType.Int32));
            var isSeen = key >= Tensor.Scalar(0, ElementType.Int32);
            if (HasSpans)
                isSeen = (key >= Span(0)) & (key < Span(1));
            if (IsCausal)
                isSeen &= key <= position;

            var distance = (position - key).Abs().Cast(q.ElementType);
            var slopes = d.Inputs[3 + SlopesOption].Reshape(heads, 1, 1);
            var scores = Scale * Products(q, k) - slopes * distance - logSumExp.Unsqueeze(3);
            var weights = isSeen.Where(scores, scores.ScalarLike(double.NegativeInfinity)).Exp();
            var dweights = Products(dy, v);
            if (HasDropout)
                dweights = Node.Apply(new Operations.Dropout(Dropout, Stream), dweights, d.Inputs[^1]);
            var delta = (dy * o).Sum([3]).Permute([0, 2, 1]).Unsqueeze(3);
            if (d.OutputGradients[1] is { } dlogSumExp)
                delta -= dlogSumExp.Unsqueeze(3);
            return -(weights * (dweights - delta) * distance).Sum([0, 2, 3]);

            // All products of rows of the query heads with rows of their key heads: [B, H, T, S].
            Tensor Products(Tensor a, Tensor b) => a.Permute([0, 2, 1, 3]).Reshape(batch, keyHeads, heads / keyHeads * queries, width)
                .MatMul(b.Permute([0, 2, 1, 3]), transposeOther: true).Reshape(weightsShape);
        }
    }
}

namespace ComputeCore
{
    /// <summary>What an attention sees and how it weighs it.</summary>
    public sealed record AttentionOptions
    {
        /// <summary>What the products of queries and keys are multiplied by; 1 / √D if null.</summary>
        public double? Scale { get; init; }

        /// <summary>Whether queries see no keys behind their own position.</summary>
        public bool IsCausal { get; init; }

        /// <summary>
        /// For each sequence the first key that its queries see, the end of those they see, and the position of its first query: i32
        /// [B, 3]. Null stands for (0, S, S − T).
        /// </summary>
        public Tensor? Spans { get; init; }

        /// <summary>For each query head, [H], by how much a score falls with each step between query and key (ALiBi); null for none.</summary>
        public Tensor? Slopes { get; init; }

        /// <summary>The probability that a weight is set to zero, 0 to 1, 1 excluded.</summary>
        public double Dropout { get; init; }

        /// <summary>Where the random numbers of the dropout come from; needed with it.</summary>
        public RandomGenerator? Generator { get; init; }
    }

    public sealed partial class Tensor
    {
        /// <summary>
        /// Scaled dot-product attention of these queries [B, T, H, D] over keys and values: softmax(scale · q · kᵀ) · v for each
        /// head, [B, T, H, D], without ever holding the T x S weights. A query that sees no key gets zeros.
        /// </summary>
        /// <param name="keys">[B, S, G, D], where H is a multiple of G: neighbouring query heads share a key head.</param>
        /// <param name="values">Of the keys' shape.</param>
        /// <param name="options">What is seen and how; everything, by default.</param>
        /// <exception cref="ShapeException">Shapes do not match, or D is above 256.</exception>
        /// <exception cref="ArgumentException">There is dropout, but no generator.</exception>
        public Tensor Attention(Tensor keys, Tensor values, AttentionOptions? options = null)
        {
            options ??= new AttentionOptions();
            if (options.Dropout > 0 && options.Generator is null)
                throw new ArgumentException("Dropout needs a random generator.", nameof(options));
            var (state, stream) = options.Dropout > 0 ? options.Generator!.Next() : (null, 0);
            var scale = options.Scale ?? (Rank == 4 ? 1 / Math.Sqrt(Shape[3]) : 1);
            var operation = new Operations.Attention(
                scale, options.IsCausal, options.Spans is not null, options.Slopes is not null, options.Dropout, stream);
            return Node.ApplyMany(operation, [this, keys, values, .. new[] { options.Spans, options.Slopes, state }.OfType<Tensor>()])[0];
        }
    }
}
