using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using Cpu = ComputeCore.Kernels.Cpu.Attention;

namespace ComputeCore.Operations
{
    /// <summary>
    /// Rotary position embedding (Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021): pairs (a, b) of
    /// the first R elements of each head of x [B, T, H, D] are rotated, (a cos − b sin, b cos + a sin), by angles whose cosines and
    /// sines are the other inputs, [T, R/2] or [B, T, R/2]. Elements from R on stay.
    /// </summary>
    /// <param name="IsInterleaved">Whether pair i is (2i, 2i + 1), as in the paper and GPT-J; else it is (i, i + R/2), as in GPT-NeoX and Llama.</param>
    /// <param name="IsReverse">Whether it rotates the other way, as its gradient does.</param>
    public sealed record RotaryEmbedding(bool IsInterleaved, bool IsReverse = false) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new RotaryEmbedding(false), Draw.Normal([2, 3, 4, 8]), Draw.Uniform([3, 4], -1, 1), Draw.Uniform([3, 4], -1, 1)),
            new(new RotaryEmbedding(true), Draw.Normal([2, 3, 2, 8]), Draw.Uniform([2, 3, 4], -1, 1), Draw.Uniform([2, 3, 4], -1, 1)),
            new(new RotaryEmbedding(false), Draw.Normal([2, 3, 1, 64]), Draw.Uniform([2, 3, 32], -1, 1), Draw.Uniform([2, 3, 32], -1, 1)),
            new(new RotaryEmbedding(false), Draw.Normal([1, 4, 3, 11]), Draw.Uniform([4, 3], -1, 1), Draw.Uniform([4, 3], -1, 1)),
            new(new RotaryEmbedding(true), Draw.Normal([1, 4, 3, 80]), Draw.Uniform([4, 16], -1, 1), Draw.Uniform([4, 16], -1, 1)),
            new(new RotaryEmbedding(true, IsReverse: true), Draw.Normal([1, 2, 3, 6]), Draw.Uniform([2, 3], -1, 1), Draw.Uniform([2, 3], -1, 1)),
            new(new RotaryEmbedding(false, IsReverse: true), Draw.Normal([1, 2, 3, 70]), Draw.Uniform([2, 35], -1, 1), Draw.Uniform([2, 35], -1, 1)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 3, 3);
            ExpectFloat(inputs, 0);
            var (x, angles) = (inputs[0].Shape, inputs[1].Shape);
            if (x.Rank != 4)
                throw Mismatch(inputs, "the first must be [batch, length, heads, width]");
            var fits = angles.Rank is 2 or 3 && angles[-2] == x[1] && 2L * angles[-1] <= x[3] && (angles.Rank == 2 || angles[0] == x[0]);
            if (!fits || inputs[1] != inputs[0] with { Shape = angles } || inputs[2] != inputs[1])
                throw Mismatch(inputs, $"cosines and sines must both be [{x[1]}, R/2] or [{x[0]}, {x[1]}, R/2], R at most {x[3]}");
            return [inputs[0]];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, cos, sin, y) = (arguments.X, arguments.Inputs[1], arguments.Inputs[2], arguments.Y);
            x.Values.CopyTo(y.Values);
            foreach (var at in ReferenceTensor.IndicesOf([.. x.Shape.AsSpan()[..3], cos.Shape[-1]]))
            {
                int[] angle = [at[0], at[1], at[3]];
                var (c, s) = (cos.Broadcast(angle), IsReverse ? -sin.Broadcast(angle) : sin.Broadcast(angle));
                var (i, j) = IsInterleaved ? (2 * at[3], 2 * at[3] + 1) : (at[3], at[3] + cos.Shape[-1]);
                var (a, b) = (x[at[0], at[1], at[2], i], x[at[0], at[1], at[2], j]);
                (y[at[0], at[1], at[2], i], y[at[0], at[1], at[2], j]) = (a * c - b * s, b * c + a * s);
            }
        }

        // Angles are hardly ever trained: their gradients are correct, and not fast.
        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (cos, sin, dy) = (d.Inputs[1], d.Inputs[2], d.Dy);
            var ((a, b), (da, db)) = (Pairs(d.X, cos.Shape[-1]), Pairs(dy, cos.Shape[-1]));
            var dcos = (da * a + db * b).Sum([2]).SumTo(cos.Shape);
            var dsin = (db * a - da * b).Sum([2]).SumTo(sin.Shape);
            return [Node.Apply(this with { IsReverse = !IsReverse }, dy, cos, sin), dcos, IsReverse ? -dsin : dsin];
        }

        internal override bool MayOverwrite(int output, int input) => input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 3.0 * inputs[0].Shape.ElementCount;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (x, angles) = (lowering.Inputs[0].Shape, lowering.Inputs[1].Shape);
            var problem = new Cpu.RotaryProblem
            {
                Batch = x[0],
                Length = x[1],
                Heads = x[2],
                Width = x[3],
                Pairs = angles[-1],
                AnglesPerBatch = angles.Rank == 3,
                IsInterleaved = IsInterleaved,
                IsReverse = IsReverse,
            };
            return new CpuKernel(arguments => Cpu.RotaryEmbedding.Run(
                arguments.Pool, problem, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Input<float>(2), arguments.Output<float>(0)));
        }

        // The first and second elements of all pairs, [B, T, H, R/2] each.
        private (Tensor First, Tensor Second) Pairs(Tensor x, int count)
        {
            if (!IsInterleaved)
                return (x.Slice(3, 0, count), x.Slice(3, count, 2 * count));
            var pairs = x.Slice(3, 0, 2 * count).Reshape([.. x.Shape.AsSpan()[..3], count, 2]);
            return (pairs.Select(4, 0), pairs.Select(4, 1));
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// These queries or keys [B, T, H, D] with pairs of their first R elements rotated by angles that grow with the position: rotary
        /// position embedding (RoFormer).
        /// </summary>
        /// <param name="cosines">Of the angles, [T, R/2], or [B, T, R/2] where each sequence has positions of its own.</param>
        /// <param name="sines">Of the same shape.</param>
        /// <param name="isInterleaved">Whether pair i is (2i, 2i + 1), as in GPT-J; else it is (i, i + R/2), as in GPT-NeoX and Llama.</param>
        /// <exception cref="ShapeException">The shapes do not match.</exception>
        public Tensor RotaryEmbedding(Tensor cosines, Tensor sines, bool isInterleaved = false) =>
            Node.Apply(new Operations.RotaryEmbedding(isInterleaved), this, cosines, sines);
    }
}
