using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using Cpu = ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations;

/// <summary>
/// The gradient of <see cref="IndexSelect"/>: zeros, or the third input if there is one, to which each part of the second input is
/// added at its index along the axis; what meets at one place is added in the order of the indices. A part whose index is out of range is an error; accelerators,
/// which can't raise one, leave it out: the lookup itself gave NaN.
/// </summary>
/// <param name="Axis">The axis that the indices are of, counted from the front.</param>
/// <param name="Extent">The extent of that axis in the result.</param>
public sealed record IndexAdd(int Axis, int Extent) : Operation, ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new IndexAdd(0, 7), Draw.Integers([10], ElementType.Int64, 0, 6), Draw.Normal([10, 5])),
        new(new IndexAdd(0, 3), Draw.Integers([8, 5], ElementType.Int64, 0, 2), Draw.Normal([8, 5, 16])),
        new(new IndexAdd(1, 6), Draw.Integers([4], ElementType.Int64, 0, 5), Draw.Normal([2, 4, 3, 3])),
        new(new IndexAdd(0, 8), Draw.Integers([], ElementType.Int64, 0, 7), Draw.Normal([])),
        new(new IndexAdd(0, 7), Draw.Integers([10], ElementType.Int64, 0, 6), Draw.Normal([10, 5]), Draw.Normal([7, 5])),
        new(new IndexAdd(1, 6), Draw.Integers([4], ElementType.Int64, 0, 5), Draw.Normal([2, 4, 3, 3]), Draw.Normal([2, 6, 3, 3])),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 2, 3);
        ExpectFloat(inputs, 1);
        var (indices, extents) = (inputs[0].Shape, inputs[1].Shape.ToArray());
        var end = Axis + indices.Rank;
        if (inputs[0].ElementType != ElementType.Int64 || end > extents.Length || !indices.SequenceEqual(extents[Axis..end]))
            throw Mismatch(inputs, $"the first must be i64, and its axes those of the second from {Axis} on");
        var result = inputs[1] with { Shape = Shape.Create([.. extents[..Axis], Extent, .. extents[end..]]) };
        if (inputs.Count == 3 && inputs[2] != result)
            throw Mismatch(inputs, $"the third must be the result's type {result}");
        return [result];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var (indices, source) = (arguments.X, arguments.Inputs[1]);
        if (arguments.Inputs.Count == 3)
            arguments.Inputs[2].Values.CopyTo(arguments.Y.Values);
        else
            arguments.Y.Values.Clear();
        foreach (var at in source.Indices())
        {
            var end = Axis + indices.Shape.Rank;
            var index = Indices.Checked(this, indices[at.AsSpan(Axis..end)], Extent);
            arguments.Y[[.. at[..Axis], index, .. at[end..]]] += source[at];
        }
    }

    internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [null, d.Dy.IndexSelect(Axis, d.X), .. d.Inputs.Skip(2).Select(_ => d.Dy)];

    // The third input is copied before anything is added.
    internal override bool MayOverwrite(int output, int input) => input == 2;

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[1].Shape.ElementCount;

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (outer, extent, inner) = lowering.Outputs[0].Shape.Around(Axis);
        var (count, type) = (checked((int)lowering.Inputs[0].Shape.ElementCount), lowering.Outputs[0]);
        var addsToInput = lowering.Inputs.Count == 3;
        return new CpuKernel(arguments =>
        {
            var y = arguments.Output<byte>(0);
            if (!addsToInput)
                StridedCopies.Clear(arguments, type);
            else if (arguments.Input<byte>(2) != y)
                Buffer.MemoryCopy(arguments.Input<byte>(2), y, type.SizeInBytes, type.SizeInBytes);
            var indices = arguments.Input<long>(0);
            var invalid = Cpu.IndexSelect.Add(arguments.Pool, arguments.Input<float>(1), indices, arguments.Output<float>(0), outer, extent, count, inner);
            if (invalid >= 0)
                throw Indices.OutOfRange(this, indices[invalid], extent);
        });
    }
}
