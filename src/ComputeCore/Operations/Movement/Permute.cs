using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations
{
    /// <summary>The axes in another order: axis i of the result is axis Order[i] of the input.</summary>
    /// <param name="Order">Every axis once, counted from the front.</param>
    public sealed record Permute(Axes Order) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Permute([1, 0]), Draw.Normal([17, 33])),
            new(new Permute([0, 2, 1, 3]), Draw.Normal([2, 3, 4, 5])),
            new(new Permute([0, 2, 3, 1]), Draw.Normal([2, 3, 4, 5])),
            new(new Permute([0, 3, 1, 2]), Draw.Normal([2, 5, 4, 3])),
            new(new Permute([4, 1, 3, 0, 2]), Draw.Normal([2, 3, 2, 3, 2])),
            new(new Permute([2, 0, 1]), Draw.Integers([2, 3, 4], ElementType.Int64, -9, 9)),
            new(new Permute([1, 2, 0]), Draw.Integers([2, 3, 5], ElementType.Bool, 0, 1)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            var shape = inputs[0].Shape;
            if (!Order.Order().SequenceEqual(Axes.All(shape)))
                throw Mismatch(inputs, $"the order {Order} does not name each of its {shape.Rank} axes once");
            return [inputs[0] with { Shape = Shape.Create([.. Order.Select(axis => shape[axis])]) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var source = new int[Order.Count];
            foreach (var index in arguments.Y.Indices())
            {
                for (var axis = 0; axis < index.Length; axis++)
                    source[Order[axis]] = index[axis];
                arguments.Y[index] = arguments.X[source];
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy.Permute(Inverse(Order))];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (type, shape) = (lowering.Outputs[0], lowering.Outputs[0].Shape);
            var strides = lowering.Inputs[0].Shape.Strides();
            long[] sourceStrides = [.. Order.Select(axis => strides[axis])];
            return StridedCopies.ToKernel(type, shape, 0, sourceStrides, 0, shape.Strides());
        }

        private static Axes Inverse(Axes order)
        {
            var inverse = new int[order.Count];
            for (var axis = 0; axis < inverse.Length; axis++)
                inverse[order[axis]] = axis;
            return Axes.Create(inverse);
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The axes in another order. Costs nothing where only axes of extent 1 change places.</summary>
        /// <param name="order">For each axis of the result, the axis of this tensor that it is; negative ones count from the end.</param>
        /// <exception cref="ShapeException">The order does not name every axis once.</exception>
        public Tensor Permute(Axes order)
        {
            int[] axes = [.. order.Select(Shape.Axis)];
            var result = Graphs.Node.Apply(new Operations.Permute(Axes.Create(axes)), this);
            var moving = axes.Where(axis => Shape[axis] != 1);
            return moving.SequenceEqual(moving.Order()) ? Reshape(result.Shape) : result;
        }

        /// <summary>Exchanges two axes, by default the last two.</summary>
        /// <exception cref="ShapeException">The tensor has no such axis.</exception>
        public Tensor Transpose(int axis1 = -2, int axis2 = -1)
        {
            var order = Axes.All(Shape).ToArray();
            var (a, b) = (Shape.Axis(axis1), Shape.Axis(axis2));
            (order[a], order[b]) = (order[b], order[a]);
            return Permute(Axes.Create(order));
        }
    }
}
