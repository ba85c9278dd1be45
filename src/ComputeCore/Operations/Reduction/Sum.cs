using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations
{
    /// <summary>The sum over some axes, which are kept with extent 1.</summary>
    /// <param name="Axes">The axes, counted from the front and sorted.</param>
    public sealed record Sum(Axes Axes) : Operation, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Sum([0, 1]), Draw.Normal([37, 19])),
            new(new Sum([1]), Draw.Normal([5, 300])),
            new(new Sum([0]), Draw.Normal([300, 5])),
            new(new Sum([0, 2, 3]), Draw.Normal([4, 3, 5, 7])),
            new(new Sum([1, 3]), Draw.Normal([2, 3, 4, 5])),
            new(new Sum([0]), Draw.Integers([9, 4], ElementType.Int64, -5, 5)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            return [inputs[0] with { Shape = Reductions.ShapeOf(inputs[0].Shape, Axes) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, y) = (arguments.X, arguments.Y);
            y.Values.Clear();
            foreach (var index in x.Indices())
                y[Reductions.Kept(index, Axes)] += x[index];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy.BroadcastTo(d.X.Shape)];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The sum over some axes, or over all when none is named.</summary>
        /// <param name="axes">The axes; negative ones count from the end.</param>
        /// <param name="keepAxes">Whether they stay with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis.</exception>
        public Tensor Sum(Axes axes = default, bool keepAxes = false)
        {
            var normalized = axes.Normalize(Shape);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.Sum(normalized), this), normalized, keepAxes);
        }

        /// <summary>Sums over the axes along which a tensor of the given shape was broadcast to this one's: the reverse of broadcasting.</summary>
        /// <exception cref="ShapeException">The shape does not broadcast to this tensor's.</exception>
        public Tensor SumTo(Shape shape)
        {
            if (shape == Shape)
                return this;
            var added = Rank - shape.Rank;
            var axes = Enumerable.Range(0, Rank).Where(axis => axis < added || (shape[axis - added] == 1 && Shape[axis] != 1)).ToArray();
            return (axes.Length == 0 ? this : Sum(Axes.Create(axes), keepAxes: true)).Reshape(shape);
        }
    }
}
