using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>
    /// A cache [B, S, ...] in which T neighbouring rows of each sequence are replaced: row t of the second input, [B, T, ...], takes
    /// the place of row positions[b] + t. Rows that would lie outside are not written. Where the cache's memory may be overwritten,
    /// nothing else is touched.
    /// </summary>
    public sealed record WriteRows : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new WriteRows(), Draw.Normal([2, 7, 3, 5]), Draw.Normal([2, 2, 3, 5]), Draw.Values([2], ElementType.Int32, 0, 5)),
            new(new WriteRows(), Draw.Normal([4, 6, 16]), Draw.Normal([4, 3, 16]), Draw.Values([4], ElementType.Int32, -2, 4, 6, -7)),
            new(new WriteRows(), Draw.Normal([3, 4]), Draw.Normal([3, 1]), Draw.Values([3], ElementType.Int32, 3, 0, 1)),
            new(new WriteRows(), Draw.Normal([1, 3, 2]), Draw.Normal([1, 5, 2]), Draw.Values([1], ElementType.Int32, -1)),
            new(new WriteRows(), Draw.Integers([2, 5, 3], ElementType.Int64, 0, 9), Draw.Integers([2, 2, 3], ElementType.Int64, 10, 19), Draw.Values([2], ElementType.Int32, 1, 3)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 3, 3);
            var (cache, rows) = (inputs[0], inputs[1]);
            if (cache.Shape.Rank < 2 || rows.Shape.Rank < 2 || rows != cache with { Shape = Shape.Create([cache.Shape[0], rows.Shape[1], .. cache.Shape.AsSpan()[2..]]) })
                throw Mismatch(inputs, "the first must be [batch, length, ...], and the second like it but for the length");
            if (inputs[2] != new TensorType(ElementType.Int32, [cache.Shape[0]]))
                throw Mismatch(inputs, $"the positions must be {new TensorType(ElementType.Int32, [cache.Shape[0]])}");
            return [cache];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (cache, rows, positions, y) = (arguments.X, arguments.Inputs[1], arguments.Inputs[2], arguments.Y);
            foreach (var at in y.Indices())
            {
                var row = at[1] - (int)positions.Values[at[0]];
                y[at] = row >= 0 && row < rows.Shape[1] ? rows[[at[0], row, .. at[2..]]] : cache[at];
            }
        }

        // Caches are hardly ever trained: the rows' gradient is correct, and not fast.
        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var (rows, positions, dy) = (d.Inputs[1], d.Inputs[2], d.Dy);
            var dcache = Graphs.Node.Apply(new WriteRows(), dy, Tensor.Full(rows.Shape, 0, rows.ElementType), positions);
            var (batch, length, capacity) = (rows.Shape[0], rows.Shape[1], dy.Shape[1]);
            var row = Tensor.Constant(TensorData.From([1, length], [.. Enumerable.Range(0, length)])) + positions.Reshape(batch, 1);
            row = row.Reshape([batch, length, .. Enumerable.Repeat(1, rows.Rank - 2)]);
            var isInside = (row >= Tensor.Scalar(0, ElementType.Int32)) & (row < Tensor.Scalar(capacity, ElementType.Int32));
            var index = isInside.Where(row, Tensor.Scalar(0, ElementType.Int32)).BroadcastTo(rows.Shape);
            return [dcache, isInside.Where(dy.Gather(1, index), dy.ScalarLike(0)), null];
        }

        internal override bool MayOverwrite(int output, int input) => input == 0;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (cache, count) = (lowering.Inputs[0].Shape, lowering.Inputs[1].Shape[1]);
            var rowBytes = Shape.Create(cache.AsSpan()[2..]).ElementCount * lowering.Inputs[0].ElementType.SizeInBytes();
            return new CpuKernel(arguments => Cpu.WriteRows.Run(
                arguments.Pool,
                arguments.Input<byte>(0),
                arguments.Input<byte>(1),
                arguments.Input<int>(2),
                arguments.Output<byte>(0),
                cache[0],
                cache[1],
                count,
                rowBytes));
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// This cache [B, S, ...] with T neighbouring rows of each sequence replaced, from a position of its own on. Rows that would
        /// lie outside are not written. Assigned to the variable that was read, it writes just the rows.
        /// </summary>
        /// <param name="rows">[B, T, ...].</param>
        /// <param name="positions">Where the first row of each sequence goes: i32 [B].</param>
        /// <exception cref="ShapeException">The shapes do not match.</exception>
        public Tensor WriteRows(Tensor rows, Tensor positions) => Graphs.Node.Apply(new Operations.WriteRows(), this, rows, positions);
    }
}
