using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations
{
    /// <summary>Every Steps[i]-th element of axis i, Sizes[i] of them, from Starts[i] on.</summary>
    /// <param name="Starts">The first index of each axis.</param>
    /// <param name="Sizes">The result's extents.</param>
    /// <param name="Steps">How far apart neighbours of the result are in the input, at least 1.</param>
    public sealed record Slice(Axes Starts, Axes Sizes, Axes Steps) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Slice([2, 0], [4, 5], [1, 1]), Draw.Normal([7, 5])),
            new(new Slice([0, 1], [7, 3], [1, 1]), Draw.Normal([7, 5])),
            new(new Slice([1, 0], [4, 4], [2, 3]), Draw.Normal([9, 11])),
            new(new Slice([0, 1, 2, 1], [2, 2, 5, 4], [1, 1, 1, 2]), Draw.Normal([2, 3, 8, 8])),
            new(new Slice([1, 0], [0, 4], [1, 1]), Draw.Normal([3, 4])),
            new(new Slice([5], [10], [3]), Draw.Integers([37], ElementType.Int64, -9, 9)),
            new(new Slice([0, 1], [2, 2], [1, 2]), Draw.Integers([2, 4], ElementType.Bool, 0, 1)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (!Fits(inputs[0].Shape, Starts, Sizes, Steps))
                throw Mismatch(inputs, $"the slice from {Starts} of {Sizes} elements in steps of {Steps} lies outside");
            return [inputs[0] with { Shape = Shape.Create(Sizes.AsSpan()) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            foreach (var index in arguments.Y.Indices())
                arguments.Y[index] = arguments.X[Source(index, Starts, Steps)];
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [Graphs.Node.Apply(new SliceGradient(d.X.Shape, Starts, Steps), d.Dy)];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (offset, strides) = Layout(lowering.Inputs[0].Shape, Starts, Steps);
            return StridedCopies.ToKernel(lowering.Outputs[0], lowering.Outputs[0].Shape, offset, strides, 0, lowering.Outputs[0].Shape.Strides());
        }

        /// <summary>Where a slice's first element lies in a tensor, and how far apart its neighbours along each axis lie.</summary>
        internal static (long Offset, long[] Strides) Layout(Shape shape, Axes starts, Axes steps)
        {
            var strides = shape.Strides();
            return (strides.Select((stride, axis) => stride * starts[axis]).Sum(), [.. strides.Select((stride, axis) => stride * steps[axis])]);
        }

        /// <summary>Whether a slice lies within a shape.</summary>
        internal static bool Fits(Shape shape, Axes starts, Axes sizes, Axes steps) =>
            starts.Count == shape.Rank && sizes.Count == shape.Rank && steps.Count == shape.Rank
            && Enumerable.Range(0, shape.Rank).All(axis => starts[axis] >= 0 && sizes[axis] >= 0 && steps[axis] >= 1
                && (sizes[axis] == 0 ? starts[axis] <= shape[axis] : starts[axis] + (sizes[axis] - 1L) * steps[axis] < shape[axis]));

        /// <summary>Where an element of a slice comes from.</summary>
        internal static int[] Source(int[] index, Axes starts, Axes steps) => [.. index.Select((i, axis) => starts[axis] + i * steps[axis])];
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The elements from start to end along each axis. Positions are as in Python: negative ones count from the end, and too large ones mean the end.</summary>
        /// <param name="starts">The first index of each axis.</param>
        /// <param name="ends">One past the last index of each axis.</param>
        /// <param name="steps">How far apart the elements taken are, at least 1; 1 for every axis when none is given.</param>
        /// <exception cref="ShapeException">There are not as many positions as axes, or a step is below 1.</exception>
        public Tensor Slice(Axes starts, Axes ends, Axes steps = default)
        {
            if (steps.Count == 0)
                steps = Axes.Create([.. Enumerable.Repeat(1, Rank)]);
            if (starts.Count != Rank || ends.Count != Rank || steps.Count != Rank || steps.Any(step => step < 1))
                throw new ShapeException($"Slice of {Type} needs a start, an end and a step of at least 1 for each axis, but was given {starts}, {ends} and {steps}.");
            var first = new int[Rank];
            var sizes = new int[Rank];
            for (var axis = 0; axis < Rank; axis++)
            {
                first[axis] = Position(starts[axis], Shape[axis]);
                var length = Math.Max(0, Position(ends[axis], Shape[axis]) - first[axis]);
                sizes[axis] = (int)((length + (steps[axis] - 1L)) / steps[axis]);
            }

            return Shape.Create(sizes) == Shape ? this : Graphs.Node.Apply(new Operations.Slice(Axes.Create(first), Axes.Create(sizes), steps), this);

            static int Position(int position, int extent) => Math.Clamp(position < 0 ? position + extent : position, 0, extent);
        }

        /// <summary>The elements from start to end along one axis. Positions are as in Python: negative ones count from the end, and too large ones mean the end.</summary>
        /// <param name="axis">The axis; a negative one counts from the end.</param>
        /// <param name="start">The first index.</param>
        /// <param name="end">One past the last index.</param>
        /// <param name="step">How far apart the elements taken are, at least 1.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or the step is below 1.</exception>
        public Tensor Slice(int axis, int start, int end = int.MaxValue, int step = 1)
        {
            var starts = new int[Rank];
            var ends = Shape.ToArray();
            int[] steps = [.. Enumerable.Repeat(1, Rank)];
            (starts[Shape.Axis(axis)], ends[Shape.Axis(axis)], steps[Shape.Axis(axis)]) = (start, end, step);
            return Slice(Axes.Create(starts), Axes.Create(ends), Axes.Create(steps));
        }

        /// <summary>The part at one index of an axis, without that axis.</summary>
        /// <param name="axis">The axis; a negative one counts from the end.</param>
        /// <param name="index">The index; a negative one counts from the end.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or the axis no such index.</exception>
        public Tensor Select(int axis, int index)
        {
            var extent = Shape[axis];
            if (index < -extent || index >= extent)
                throw new ShapeException($"Select: the index {index} is outside of axis {axis} of {Type}.");
            var start = index < 0 ? index + extent : index;
            return Slice(axis, start, start + 1).Squeeze(axis);
        }

        /// <summary>Cuts the tensor along an axis into parts of the given sizes.</summary>
        /// <param name="axis">The axis; a negative one counts from the end.</param>
        /// <param name="sizes">The parts' extents; they add up to the axis's.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or the sizes do not add up.</exception>
        public Tensor[] Split(int axis, params ReadOnlySpan<int> sizes)
        {
            var parts = new Tensor[sizes.Length];
            var start = 0;
            for (var i = 0; i < sizes.Length; i++)
                parts[i] = Slice(axis, start, start += sizes[i]);
            if (start != Shape[axis] || sizes.ContainsAnyInRange(int.MinValue, -1))
                throw new ShapeException($"Split of {Type} along axis {axis}: the sizes [{string.Join(", ", sizes.ToArray())}] must not be negative and must add up to {Shape[axis]}.");
            return parts;
        }
    }
}
