using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = x as another element type. Real numbers become integers by dropping their fraction, integers wrap around, and
    /// anything but 0 becomes true. A real number outside of an integer type's range has no defined result.
    /// </summary>
    /// <param name="Type">The result's element type.</param>
    public sealed record Cast(ElementType Type) : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            .. from source in Types
               from target in Types
               where source != target
               select new Sample(new Cast(target), source == ElementType.Float32
                   ? Draw.Uniform([37], 0, 9)
                   : Draw.Integers([37], source, 0, source == ElementType.Bool ? 1 : 200)),
            new(new Cast(ElementType.Int64), Draw.Values([8], -1.9, -1.0, -0.5, -0.0, 0.5, 1.0, 1.9, 2e9)),
            new(new Cast(ElementType.Bool), Draw.Values([5], 0.0, -0.0, 1e-40, double.NaN, double.NegativeInfinity)),
            new(new Cast(ElementType.UInt8), Draw.Values([5], ElementType.Int64, -1, 300, 255, 256, -200)),
            new(new Cast(ElementType.Int32), Draw.Values([3], ElementType.Int64, 4294967297, -2147483649, 7)),
        ];

        private static IEnumerable<ElementType> Types =>
            [ElementType.Float32, ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.Bool];

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs) => Type;

        internal override double Evaluate(double x) => Type switch
        {
            ElementType.Bool => x != 0 ? 1 : 0,
            ElementType.UInt8 => unchecked((byte)(long)x),
            ElementType.Int32 => unchecked((int)(long)x),
            ElementType.Int64 => Math.Truncate(x),
            _ => x,
        };

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => Type == ElementType.Bool ? program.Binary<Cpu.NotEqual>(x, program.Constant(0)) : x;

        private protected override unsafe CpuKernel LowerLoop<T>(CpuLowering lowering)
        {
            var count = lowering.Outputs[0].Shape.ElementCount;
            return Type switch
            {
                ElementType.Float32 => new CpuKernel(a => TypedElementwise.Cast(a.Pool, a.Input<T>(0), a.Output<float>(0), count)),
                ElementType.Int32 => new CpuKernel(a => TypedElementwise.Cast(a.Pool, a.Input<T>(0), a.Output<int>(0), count)),
                ElementType.Int64 => new CpuKernel(a => TypedElementwise.Cast(a.Pool, a.Input<T>(0), a.Output<long>(0), count)),
                ElementType.UInt8 => new CpuKernel(a => TypedElementwise.Cast(a.Pool, a.Input<T>(0), a.Output<byte>(0), count)),
                _ => new CpuKernel(a => TypedElementwise.CastToBool(a.Pool, a.Input<T>(0), a.Output<byte>(0), count)),
            };
        }

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) =>
            x.ElementType.IsFloatingPoint() && Type.IsFloatingPoint() ? dy.Cast(x.ElementType) : null;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// These elements as another type. Real numbers become integers by dropping their fraction, integers wrap around, and
        /// anything but 0 becomes true. A real number outside of an integer type's range has no defined result.
        /// </summary>
        public Tensor Cast(ElementType type) => type == ElementType ? this : Graphs.Node.Apply(new Operations.Cast(type), this);
    }
}
