using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations
{
    /// <summary>Tensors one after the other along an axis.</summary>
    /// <param name="Axis">The axis, counted from the front.</param>
    public sealed record Concatenate(int Axis) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Concatenate(0), Draw.Normal([2, 5]), Draw.Normal([3, 5])),
            new(new Concatenate(1), Draw.Normal([4, 2]), Draw.Normal([4, 3]), Draw.Normal([4, 1])),
            new(new Concatenate(1), Draw.Normal([2, 3, 4, 4]), Draw.Normal([2, 1, 4, 4])),
            new(new Concatenate(1), Draw.Normal([2, 0]), Draw.Normal([2, 3])),
            new(new Concatenate(1), Draw.Integers([2, 3], ElementType.Int64, -9, 9), Draw.Integers([2, 2], ElementType.Int64, -9, 9)),
            new(new Concatenate(0), Draw.Integers([3], ElementType.Bool, 0, 1), Draw.Integers([2], ElementType.Bool, 0, 1)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, int.MaxValue);
            var axis = inputs[0].Shape.Axis(Axis);
            foreach (var input in inputs)
                if (input.ElementType != inputs[0].ElementType || input.Shape.Rank != inputs[0].Shape.Rank || input.Shape.With(axis, 0) != inputs[0].Shape.With(axis, 0))
                    throw Mismatch(inputs, $"they must agree in element type and in every axis but {axis}");
            return [inputs[0] with { Shape = inputs[0].Shape.With(axis, checked(inputs.Sum(input => input.Shape[axis]))) }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var start = 0;
            foreach (var x in arguments.Inputs)
            {
                foreach (var index in x.Indices())
                {
                    var target = index.ToArray();
                    target[Axis] += start;
                    arguments.Y[target] = x[index];
                }

                start += x.Shape[Axis];
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var start = 0;
            return [.. d.Inputs.Select(input => d.Dy.Slice(Axis, start, start += input.Shape[Axis]))];
        }

        internal override bool JoinsInMemory(IReadOnlyList<TensorType> inputs) => inputs[0].Shape.Around(Axis).Outer == 1;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = lowering.Outputs[0].Shape;
            var size = lowering.Outputs[0].ElementType.SizeInBytes();
            int[] extents = [.. lowering.Inputs.Select(input => input.Shape[Axis])];
            var (outer, _, inner) = shape.Around(Axis);
            return new CpuKernel(arguments =>
            {
                var sources = stackalloc void*[extents.Length];
                for (var i = 0; i < extents.Length; i++)
                    sources[i] = arguments.Input<byte>(i);
                Cpu.Concatenate.Run(arguments.Pool, sources, extents, arguments.Output<byte>(0), outer, inner, size);
            });
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Tensors one after the other along an axis they have.</summary>
        /// <param name="axis">The axis; a negative one counts from the end.</param>
        /// <param name="tensors">At least one; they agree in element type and every other axis.</param>
        /// <exception cref="ShapeException">They do not agree, or have no such axis.</exception>
        public static Tensor Concatenate(int axis, params IReadOnlyList<Tensor> tensors) => tensors switch
        {
            [] => throw new ShapeException("Concatenate needs at least one tensor."),
            [var only] when only.Shape.Axis(axis) >= 0 => only,
            _ => Graphs.Node.Apply(new Operations.Concatenate(tensors[0].Shape.Axis(axis)), [.. tensors]),
        };

        /// <summary>Tensors of one shape one after the other along a new axis.</summary>
        /// <param name="axis">Where the new axis stands in the result; a negative one counts from the end.</param>
        /// <param name="tensors">At least one; they agree in element type and shape.</param>
        /// <exception cref="ShapeException">They do not agree, or the result can't have such an axis.</exception>
        public static Tensor Stack(int axis, params IReadOnlyList<Tensor> tensors) => Concatenate(axis, [.. tensors.Select(tensor => tensor.Unsqueeze(axis))]);
    }
}
