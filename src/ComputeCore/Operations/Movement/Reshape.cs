using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations
{
    /// <summary>The same elements in the same order under another shape. Costs nothing.</summary>
    /// <param name="Shape">The new shape; it holds as many elements.</param>
    public sealed record Reshape(Shape Shape) : Operation, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => [new(new Reshape([3, 4]), Draw.Normal([2, 6])), new(new Reshape([]), Draw.Normal([1, 1]))];

        /// <inheritdoc/>
        public override bool IsView => true;

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (inputs[0].Shape.ElementCount != Shape.ElementCount)
                throw Mismatch(inputs, $"it holds {inputs[0].Shape.ElementCount} elements, but the shape {Shape} holds {Shape.ElementCount}");
            return [inputs[0] with { Shape = Shape }];
        }

        internal override void Evaluate(ReferenceArguments arguments) => arguments.X.Values.CopyTo(arguments.Y.Values);

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy.Reshape(d.X.Shape)];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The same elements under another shape.</summary>
        /// <param name="first">The first extent; one of the extents may be -1 and is then what remains.</param>
        /// <param name="others">The other extents.</param>
        /// <exception cref="ShapeException">The shape does not hold as many elements.</exception>
        public Tensor Reshape(int first, params ReadOnlySpan<int> others)
        {
            int[] copy = [first, .. others];
            var open = Array.IndexOf(copy, -1);
            if (open >= 0)
            {
                var rest = copy.Where((_, axis) => axis != open).Aggregate(1L, (product, extent) => product * extent);
                if (rest == 0 || Shape.ElementCount % rest != 0)
                    throw new ShapeException($"{Type} can't be reshaped to [{string.Join(", ", copy)}]: the other extents hold {rest} elements.");
                copy[open] = (int)(Shape.ElementCount / rest);
            }

            return Reshape(Shape.Create(copy));
        }

        /// <summary>The same elements under another shape.</summary>
        /// <exception cref="ShapeException">The shape does not hold as many elements.</exception>
        public Tensor Reshape(Shape shape) => shape == Shape ? this : Graphs.Node.Apply(new Operations.Reshape(shape), this);

        /// <summary>All axes from <paramref name="startAxis"/> on merged into one.</summary>
        /// <exception cref="ShapeException">The tensor has no such axis.</exception>
        public Tensor Flatten(int startAxis = 1)
        {
            var extents = Shape.AsSpan();
            var start = Shape.Axis(startAxis);
            var merged = Shape.Create(extents[start..]).ElementCount;
            return Reshape(Shape.Create([.. extents[..start], checked((int)merged)]));
        }

        /// <summary>A new axis of extent 1.</summary>
        /// <param name="axis">Where it stands in the result; a negative one counts from the end.</param>
        /// <exception cref="ShapeException">The result can't have such an axis.</exception>
        public Tensor Unsqueeze(int axis)
        {
            var position = axis < 0 ? axis + Rank + 1 : axis;
            if (position < 0 || position > Rank)
                throw new ShapeException($"A new axis can't stand at {axis} of {Type}.");
            var extents = Shape.AsSpan();
            return Reshape(Shape.Create([.. extents[..position], 1, .. extents[position..]]));
        }

        /// <summary>Drops an axis of extent 1.</summary>
        /// <param name="axis">The axis; a negative one counts from the end.</param>
        /// <exception cref="ShapeException">There is no such axis, or its extent is not 1.</exception>
        public Tensor Squeeze(int axis)
        {
            if (Shape[axis] != 1)
                throw new ShapeException($"Axis {axis} of {Type} can't be dropped: its extent is not 1.");
            var dropped = Shape.Axis(axis);
            return Reshape(Shape.Create([.. Shape.Where((_, i) => i != dropped)]));
        }
    }
}
