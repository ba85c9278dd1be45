using System.Numerics;
using ComputeCore.Devices;
using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Elementwise;

namespace ComputeCore.Operations;

/// <summary>
/// An operation that computes each element of its result from the elements at the same place of its inputs, which broadcast to
/// one shape. Chains of them are fused into one kernel.
/// </summary>
public abstract record ElementwiseOperation : Operation, ICpuOperation
{
    /// <summary>How many inputs it takes.</summary>
    internal abstract int Arity { get; }

    /// <summary>The result's element type for inputs of the given ones.</summary>
    internal abstract ElementType ResultType(IReadOnlyList<TensorType> inputs);

    /// <summary>The definition for one element.</summary>
    internal abstract double Evaluate(ReadOnlySpan<double> x);

    /// <inheritdoc/>
    public sealed override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, Arity, Arity);
        var type = ResultType(inputs);
        var shape = inputs[0].Shape;
        for (var i = 1; i < inputs.Count; i++)
        {
            try
            {
                shape = Shape.Broadcast(shape, inputs[i].Shape);
            }
            catch (ShapeException e)
            {
                throw Mismatch(inputs, e.Message.TrimEnd('.'));
            }
        }

        return [new TensorType(type, shape)];
    }

    internal sealed override void Evaluate(ReferenceArguments arguments)
    {
        var x = new double[Arity];
        var y = arguments.Y;
        var i = 0;
        foreach (var index in y.Indices())
        {
            for (var input = 0; input < x.Length; input++)
                x[input] = arguments.Inputs[input].Broadcast(index);
            y.Values[i++] = Evaluate(x);
        }
    }

    internal override bool MayOverwrite(int output, int input) => true;

    /// <summary>Adds this operation to a program of the CPU, where every value is f32 and a truth value 1 or 0.</summary>
    /// <param name="program">The program.</param>
    /// <param name="x">The numbers of the inputs' values in it.</param>
    /// <returns>The number of the result.</returns>
    internal abstract int EmitCpu(ElementwiseProgramBuilder program, ReadOnlySpan<int> x);

    /// <summary>The kernel for element types that programs do not compute with, and for conversions from and to them.</summary>
    /// <typeparam name="T">The last input's elements; byte for bool.</typeparam>
    private protected virtual CpuKernel LowerLoop<T>(CpuLowering lowering)
        where T : unmanaged, INumber<T> =>
        throw new DeviceException($"The device cpu computes {Name} only of f32 and bool, not of {string.Join(" and ", lowering.Inputs)}; convert with Cast.");

    CpuKernel ICpuOperation.Lower(CpuLowering lowering) =>
        lowering.Inputs.Concat(lowering.Outputs).All(ElementwisePrograms.IsComputable)
            ? ElementwisePrograms.ToKernel(lowering, (program, x) => [EmitCpu(program, x)])
            : lowering.Inputs[^1].ElementType switch
            {
                ElementType.Float32 => LowerLoop<float>(lowering),
                ElementType.Int32 => LowerLoop<int>(lowering),
                ElementType.Int64 => LowerLoop<long>(lowering),
                _ => LowerLoop<byte>(lowering),
            };

    /// <summary>Sums a gradient over the axes along which an input was broadcast.</summary>
    private protected static Tensor Unbroadcast(Tensor gradient, Tensor input) => gradient.SumTo(input.Shape);
}

/// <summary>y = f(x) for floating-point x.</summary>
public abstract record UnaryElementwise : ElementwiseOperation
{
    internal sealed override int Arity => 1;

    internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
    {
        ExpectFloat(inputs, 0);
        return inputs[0].ElementType;
    }

    internal sealed override double Evaluate(ReadOnlySpan<double> x) => Evaluate(x[0]);

    /// <summary>The definition for one element.</summary>
    internal abstract double Evaluate(double x);

    internal sealed override int EmitCpu(ElementwiseProgramBuilder program, ReadOnlySpan<int> x) => EmitCpu(program, x[0]);

    /// <summary>Adds this operation on a value to a program of the CPU; returns the number of the result.</summary>
    internal abstract int EmitCpu(ElementwiseProgramBuilder program, int x);

    internal sealed override IReadOnlyList<Tensor?> Differentiate(Differential d) => [Gradient(d.X, d.Y, d.Dy)];

    /// <summary>dL/dx from x, y = f(x) and dL/dy.</summary>
    private protected abstract Tensor? Gradient(Tensor x, Tensor y, Tensor dy);
}

/// <summary>y = f(a, b) for a and b of one element type.</summary>
public abstract record BinaryElementwise : ElementwiseOperation
{
    internal sealed override int Arity => 2;

    internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
    {
        ExpectOneType(inputs);
        if (inputs[0].ElementType == ElementType.Bool)
            throw Mismatch(inputs, "there is no arithmetic with truth values; convert them with Cast");
        return inputs[0].ElementType;
    }

    internal sealed override double Evaluate(ReadOnlySpan<double> x) => Evaluate(x[0], x[1]);

    /// <summary>The definition for one element.</summary>
    internal abstract double Evaluate(double a, double b);

    internal sealed override int EmitCpu(ElementwiseProgramBuilder program, ReadOnlySpan<int> x) => EmitCpu(program, x[0], x[1]);

    /// <summary>Adds this operation on two values to a program of the CPU; returns the number of the result.</summary>
    internal abstract int EmitCpu(ElementwiseProgramBuilder program, int a, int b);

    internal sealed override IReadOnlyList<Tensor?> Differentiate(Differential d)
    {
        var (a, b) = (d.Inputs[0], d.Inputs[1]);
        var (da, db) = Gradient(a, b, d.Y, d.Dy);
        return [da is null ? null : Unbroadcast(da, a), db is null ? null : Unbroadcast(db, b)];
    }

    /// <summary>Throws unless both inputs have one element type.</summary>
    private protected void ExpectOneType(IReadOnlyList<TensorType> inputs)
    {
        if (inputs[0].ElementType != inputs[1].ElementType)
            throw Mismatch(inputs, "both must have one element type; convert one with Cast");
    }

    /// <summary>dL/da and dL/db, in the broadcast shape, from a, b, y = f(a, b) and dL/dy.</summary>
    private protected abstract (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy);
}
