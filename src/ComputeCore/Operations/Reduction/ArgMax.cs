using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Reduction;

namespace ComputeCore.Operations
{
    /// <summary>Where along an axis the largest element stands: the first of equal ones, and NaN counts as the largest.</summary>
    /// <param name="Axis">The axis, counted from the front; it is kept with extent 1.</param>
    public sealed record ArgMax(int Axis) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new ArgMax(1), Draw.Normal([3, 700])),
            new(new ArgMax(0), Draw.Normal([19, 5])),
            new(new ArgMax(1), Draw.Normal([2, 10, 33])),
            new(new ArgMax(1), Draw.Integers([4, 40], ElementType.Float32, -2, 2)),
            new(new ArgMax(1), Draw.Values([3, 4], 1, double.NaN, double.PositiveInfinity, double.NaN, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, -0.0, 0.0, -1, 0)),
            new(new ArgMax(0), Draw.Integers([9, 4], ElementType.Int64, -5, 5)),
            new(new ArgMax(1), Draw.Integers([3, 9, 2], ElementType.UInt8, 0, 255)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            if (inputs[0].ElementType == ElementType.Bool)
                throw Mismatch(inputs, "truth values have no order; convert them with Cast");
            if (inputs[0].Shape[Axis] == 0)
                throw Mismatch(inputs, $"there is no element along the axis {Axis}");
            return [new TensorType(ElementType.Int64, inputs[0].Shape.With(Axis, 1))];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (x, y) = (arguments.X, arguments.Y);
            foreach (var kept in y.Indices())
            {
                var index = kept.ToArray();
                var largest = 0;
                for (var i = 1; i < x.Shape[Axis]; i++)
                {
                    index[Axis] = largest;
                    var best = x[index];
                    index[Axis] = i;
                    if (x[index] > best || (double.IsNaN(x[index]) && !double.IsNaN(best)))
                        largest = i;
                }

                y[kept] = largest;
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [null];

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (outer, extent, inner) = lowering.Inputs[0].Shape.Around(Axis);
            return lowering.Inputs[0].ElementType switch
            {
                ElementType.Float32 => new CpuKernel(a => Cpu.ArgMax.Run(a.Pool, a.Input<float>(0), a.Output<long>(0), outer, extent, inner)),
                ElementType.Int32 => new CpuKernel(a => Cpu.IntegerArgMax.Run(a.Pool, a.Input<int>(0), a.Output<long>(0), outer, extent, inner)),
                ElementType.Int64 => new CpuKernel(a => Cpu.IntegerArgMax.Run(a.Pool, a.Input<long>(0), a.Output<long>(0), outer, extent, inner)),
                _ => new CpuKernel(a => Cpu.IntegerArgMax.Run(a.Pool, a.Input<byte>(0), a.Output<long>(0), outer, extent, inner)),
            };
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where along an axis the largest element stands, as i64: the first of equal ones; NaN counts as the largest.</summary>
        /// <param name="axis">The axis; a negative one counts from the end.</param>
        /// <param name="keepAxis">Whether it stays with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or no element along it.</exception>
        public Tensor ArgMax(int axis, bool keepAxis = false)
        {
            var normalized = Shape.Axis(axis);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.ArgMax(normalized), this), [normalized], keepAxis);
        }
    }
}
