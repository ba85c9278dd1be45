using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Normalization;

namespace ComputeCore.Operations;

/// <summary>
/// The gradients of <see cref="RmsNormalization"/> with respect to its inputs, in their order, from dy, x, rstd and the weight, if
/// there is one: with g = dy · weight and x̂ = x · rstd, dx = rstd · (g − x̂ · mean(g · x̂)).
/// </summary>
/// <param name="Axes">How many of the last axes were normalized together.</param>
/// <param name="HasWeight">Whether there is a weight, the last input, whose gradient is the second result.</param>
public sealed record RmsNormalizationGradient(int Axes, bool HasWeight) : Operation, ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new RmsNormalizationGradient(1, true), Draw.Normal([3, 4, 37]), Draw.Normal([3, 4, 37]), Draw.Uniform([3, 4], 0.5, 2), Draw.Normal([37])),
        new(new RmsNormalizationGradient(1, false), Draw.Normal([5, 16]), Draw.Normal([5, 16]), Draw.Uniform([5], 0.5, 2)),
        new(new RmsNormalizationGradient(1, true), Draw.Normal([2, 130]), Draw.Normal([2, 130]), Draw.Uniform([2], 0.5, 2), Draw.Normal([130])),
        new(new RmsNormalizationGradient(2, true), Draw.Normal([40, 3, 5]), Draw.Normal([40, 3, 5]), Draw.Uniform([40], 0.5, 2), Draw.Normal([3, 5])),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        var count = HasWeight ? 4 : 3;
        ExpectCount(inputs, count, count);
        ExpectFloat(inputs, 0);
        var x = inputs[0].Shape;
        if (Axes < 1 || Axes > x.Rank)
            throw Mismatch(inputs, $"{Axes} axes of a tensor of rank {x.Rank} can't have been normalized");
        var (rows, columns) = LayerNormalization.Split(x, Axes);
        if (inputs[1].Shape != x || inputs[2].Shape != rows || (HasWeight && inputs[3].Shape != columns))
            throw Mismatch(inputs, $"dy and x must have one shape, rstd {rows}, and the weight {columns}");
        return HasWeight ? [inputs[0], inputs[0] with { Shape = columns }] : [inputs[0]];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var columns = (int)LayerNormalization.Split(arguments.X.Shape, Axes).Columns.ElementCount;
        var weight = HasWeight ? arguments.Inputs[3].Values : [];
        var dweight = HasWeight ? arguments.Outputs[1].Values : [];
        dweight.Clear();
        for (var row = 0; row < arguments.Inputs[2].Values.Length; row++)
        {
            var dy = arguments.X.Values.Slice(row * columns, columns);
            var x = arguments.Inputs[1].Values.Slice(row * columns, columns);
            var dx = arguments.Y.Values.Slice(row * columns, columns);
            var (rstd, mean) = (arguments.Inputs[2].Values[row], 0.0);
            for (var i = 0; i < columns; i++)
            {
                if (HasWeight)
                    dweight[i] += dy[i] * x[i] * rstd;
                dx[i] = dy[i] * (HasWeight ? weight[i] : 1);
                mean += dx[i] * x[i] * rstd / columns;
            }

            for (var i = 0; i < columns; i++)
                dx[i] = rstd * (dx[i] - x[i] * rstd * mean);
        }
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (rows, columns) = ((int)lowering.Inputs[2].Shape.ElementCount, (int)LayerNormalization.Split(lowering.Inputs[0].Shape, Axes).Columns.ElementCount);
        var hasWeight = HasWeight;
        return new CpuKernel(arguments => new RowNormBackward<Uncentered>
        {
            OutputGradient = arguments.Input<float>(0),
            Input = arguments.Input<float>(1),
            Mean = null,
            Rstd = arguments.Input<float>(2),
            Weight = hasWeight ? arguments.Input<float>(3) : null,
            InputGradient = arguments.Output<float>(0),
            WeightGradient = hasWeight ? arguments.Output<float>(1) : null,
            BiasGradient = null,
            Rows = rows,
            Columns = columns,
        }.Run(arguments.Pool, arguments.Workspace))
        {
            WorkspaceBytes = hasWeight ? RowNormBackward<Uncentered>.WorkspaceBytes(rows, columns) : 0,
        };
    }

    internal override bool MayOverwrite(int output, int input) => output == 0 && input == 0;

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 9.0 * inputs[0].Shape.ElementCount;
}
