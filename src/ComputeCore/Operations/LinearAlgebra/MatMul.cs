using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = op(a) op(b) (+ bias) (then activation) over the last two axes, where op may transpose; leading axes are batches and
    /// broadcast. Bias and activation are filled in by the fusion pass.
    /// </summary>
    /// <param name="TransposeA">Whether a is [..., K, M] instead of [..., M, K].</param>
    /// <param name="TransposeB">Whether b is [..., N, K] instead of [..., K, N].</param>
    /// <param name="Epilogue">What is applied to each element before it is stored.</param>
    public sealed record MatMul(bool TransposeA = false, bool TransposeB = false, Epilogue Epilogue = default) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new MatMul(), Draw.Normal([5, 7]), Draw.Normal([7, 3])),
            new(new MatMul(TransposeA: true), Draw.Normal([7, 5]), Draw.Normal([7, 3])),
            new(new MatMul(TransposeB: true), Draw.Normal([5, 7]), Draw.Normal([3, 7])),
            new(new MatMul(true, true), Draw.Normal([7, 5]), Draw.Normal([3, 7])),
            new(new MatMul(), Draw.Normal([2, 3, 5, 7]), Draw.Normal([3, 7, 4])),
            new(new MatMul(TransposeB: true), Draw.Normal([3, 4, 5]), Draw.Normal([6, 5])),
            new(new MatMul(TransposeA: true), Draw.Normal([5, 2]), Draw.Normal([3, 5, 4])),
            new(new MatMul(), Draw.Normal([3, 1, 5, 7]), Draw.Normal([2, 7, 4])),
            new(new MatMul(true, true), Draw.Normal([2, 1, 3, 7, 5]), Draw.Normal([4, 3, 6, 7])),
            new(new MatMul(), Draw.Normal([2, 3, 5]), Draw.Normal([1, 5, 4])),
            new(new MatMul(), Draw.Normal([1, 40]), Draw.Normal([40, 33])),
            new(new MatMul(), Draw.Normal([3, 0]), Draw.Normal([0, 4])),
            new(new MatMul(), Draw.Normal([0, 3]), Draw.Normal([3, 4])),
            new(new MatMul(TransposeB: true, Epilogue: new(HasBias: true)), Draw.Normal([5, 7]), Draw.Normal([3, 7]), Draw.Normal([3])),
            new(new MatMul(Epilogue: new(HasBias: true, Activation.Relu)), Draw.Normal([5, 7]), Draw.Normal([7, 35]), Draw.Normal([35])),
            new(new MatMul(Epilogue: new(HasBias: true, Activation.Relu6)), Draw.Normal([3, 5, 40], deviation: 3), Draw.Normal([40, 4]), Draw.Normal([4])),
            new(new MatMul(Epilogue: new(HasBias: true)), Draw.Normal([2, 3, 5]), Draw.Normal([2, 5, 4]), Draw.Normal([4])),
            new(new MatMul(Epilogue: new(HasBias: true)), Draw.Normal([2, 3, 5]), Draw.Normal([5, 4]), Draw.Normal([4])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            var count = Epilogue.HasBias ? 3 : 2;
            ExpectCount(inputs, count, count);
            ExpectFloat(inputs, 0, 1);
            var (a, b) = (inputs[0].Shape, inputs[1].Shape);
            if (a.Rank < 2 || b.Rank < 2)
                throw Mismatch(inputs, "both need at least two axes; reshape a vector to a matrix of one row or column");
            var ((m, k), (kb, n)) = (Matrix(a, TransposeA), Matrix(b, TransposeB));
            if (k != kb)
                throw Mismatch(inputs, $"the inner extents {k} and {kb} differ{(TransposeA || TransposeB ? $" (with a{(TransposeA ? " transposed" : "")} and b{(TransposeB ? " transposed" : "")})" : "")}");
            if (Epilogue.HasBias && inputs[2].Shape != [n])
                throw Mismatch(inputs, $"the bias must be [{n}]");
            var batch = Shape.Broadcast(Batch(a), Batch(b));
            return [inputs[0] with { Shape = Shape.Create([.. batch, m, n]) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (a, b, y) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
            var inner = Matrix(a.Shape, TransposeA).Columns;
            foreach (var index in y.Indices())
            {
                var (row, column) = (index[^2], index[^1]);
                var (ia, ib) = (index.ToArray(), index.ToArray());
                var sum = 0.0;
                for (var k = 0; k < inner; k++)
                {
                    (ia[^2], ia[^1]) = TransposeA ? (k, row) : (row, k);
                    (ib[^2], ib[^1]) = TransposeB ? (column, k) : (k, column);
                    sum += At(a, ia) * At(b, ib);
                }

                y[index] = Epilogue.Evaluate(sum, Epilogue.HasBias ? arguments.Inputs[2].Values[column] : 0);
            }
        }

        // y = a b: da = dy bᵀ, db = aᵀ dy; the transposed cases follow by transposing both sides. Where one matrix b serves a
        // batch of them, its gradient sums over the batch: a single product of the batch's rows does that by itself.
        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            if (Epilogue != default)
                throw new NotSupportedException("A fused matrix product is not differentiated: fusion runs on the differentiated graph.");
            var (a, b, dy) = (d.Inputs[0], d.Inputs[1], d.Dy);
            var da = TransposeA ? b.MatMul(dy, TransposeB, true) : dy.MatMul(b, false, !TransposeB);
            var (x, dx) = b.Rank == 2 && !TransposeA ? (Rows(a), Rows(dy)) : (a, dy);
            var db = TransposeB ? dx.MatMul(x, true, TransposeA) : x.MatMul(dx, !TransposeA, false);
            return [da.SumTo(a.Shape), db.SumTo(b.Shape)];
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (a, b, c) = (lowering.Inputs[0].Shape, lowering.Inputs[1].Shape, lowering.Outputs[0].Shape);
            var hasBias = Epilogue.HasBias;
            var gemm = new GemmArguments
            {
                M = c[-2],
                N = c[-1],
                K = Matrix(a, TransposeA).Columns,
                Lda = a[-1],
                TransposeA = TransposeA,
                Ldb = b[-1],
                TransposeB = TransposeB,
                Ldc = c[-1],
                Epilogue = new Kernels.Cpu.Gemm.Epilogue
                {
                    Activation = Epilogue.Activation.ToKernel(),
                },
            };

            var outer = default(StridedDimensions);
            if (Batch(b).ElementCount == 1 && !TransposeA)
                gemm.M = checked((int)(c.ElementCount / Math.Max(1, c[-1]))); // a batch times one matrix is one tall matrix times it
            else
                outer = Batches(a, b, c);
            var batch = outer.RemoveInnermost();
            var strideC = (long)gemm.M * gemm.N;

            return new CpuKernel(arguments =>
            {
                var products = gemm;
                products.Epilogue.ColumnBias = hasBias ? arguments.Input<float>(2) : null;
                var count = outer.Count;
                for (var i = 0L; i < count; i++)
                {
                    var position = new StridedPosition(outer, i);
                    products.A = arguments.Input<float>(0) + position.Source;
                    products.B = arguments.Input<float>(1) + position.Destination;
                    products.C = arguments.Output<float>(0) + i * batch.Size * strideC;
                    Sgemm.RunBatched(arguments.Pool, products, (int)batch.Size, batch.Source, batch.Destination, strideC, arguments.Workspace);
                }
            })
            {
                WorkspaceBytes = Sgemm.BatchedWorkspaceBytes(lowering.Workers, (int)batch.Size, gemm.M, gemm.N, gemm.K),
            };
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
            2.0 * outputs[0].Shape.ElementCount * Matrix(inputs[0].Shape, TransposeA).Columns;

        /// <summary>Rows and columns of the matrices that a shape's last two axes hold.</summary>
        internal static (int Rows, int Columns) Matrix(Shape shape, bool transpose) => transpose ? (shape[-1], shape[-2]) : (shape[-2], shape[-1]);

        /// <summary>A shape's leading axes.</summary>
        internal static Shape Batch(Shape shape) => Shape.Create(shape.AsSpan()[..^2]);

        private static Tensor Rows(Tensor tensor) =>
            tensor.Reshape([checked((int)Shape.Create(tensor.Shape.AsSpan()[..^1]).ElementCount), tensor.Shape[-1]]);

        // The loop over the batch, as steps in a and b.
        private static StridedDimensions Batches(Shape a, Shape b, Shape c)
        {
            var (stridesA, stridesB) = (a.Strides(), b.Strides());
            var dimensions = default(StridedDimensions);
            for (var axis = 0; axis < c.Rank - 2; axis++)
                dimensions.Add(new Dimension(c[axis], Stride(a, stridesA, axis - c.Rank + a.Rank), Stride(b, stridesB, axis - c.Rank + b.Rank)));
            return dimensions;

            static long Stride(Shape shape, long[] strides, int axis) => axis < 0 || shape[axis] == 1 ? 0 : strides[axis];
        }

        // Batch axes broadcast; the matrix's own do not.
        private static double At(ReferenceTensor tensor, int[] index)
        {
            var skipped = index.Length - tensor.Shape.Rank;
            var own = index[skipped..];
            for (var axis = 0; axis < own.Length - 2; axis++)
                own[axis] = tensor.Shape[axis] == 1 ? 0 : own[axis];
            return tensor[own];
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The matrix product over the last two axes; leading axes are batches and broadcast.</summary>
        /// <param name="other">The right factor.</param>
        /// <param name="transposeThis">Whether this tensor's matrices are transposed first.</param>
        /// <param name="transposeOther">Whether the other's are.</param>
        /// <exception cref="ShapeException">The inner extents differ, the batches do not broadcast, or one is a vector.</exception>
        public Tensor MatMul(Tensor other, bool transposeThis = false, bool transposeOther = false) =>
            Graphs.Node.Apply(new Operations.MatMul(transposeThis, transposeOther), this, other);
    }
}
