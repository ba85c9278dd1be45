using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Normalization;

namespace ComputeCore.Operations;

/// <summary>
/// The gradients of <see cref="LayerNormalization"/> with respect to its inputs, in their order, from dy, x, mean, rstd and the
/// weight, if there is one.
/// </summary>
/// <param name="Axes">How many of the last axes were normalized together.</param>
/// <param name="HasWeight">Whether there is a weight, the last input, whose gradient is the second result.</param>
/// <param name="HasBias">Whether the last result is a bias's gradient.</param>
public sealed record LayerNormalizationGradient(int Axes, bool HasWeight, bool HasBias) : Operation, ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new LayerNormalizationGradient(1, true, true), Draw.Normal([3, 4, 37]), Draw.Normal([3, 4, 37]), Draw.Normal([3, 4], deviation: 0.1), Draw.Uniform([3, 4], 0.5, 2), Draw.Normal([37])),
        new(new LayerNormalizationGradient(1, false, false), Draw.Normal([5, 16]), Draw.Normal([5, 16]), Draw.Normal([5], deviation: 0.1), Draw.Uniform([5], 0.5, 2)),
        new(new LayerNormalizationGradient(1, true, false), Draw.Normal([2, 130]), Draw.Normal([2, 130]), Draw.Normal([2], deviation: 0.1), Draw.Uniform([2], 0.5, 2), Draw.Normal([130])),
        new(new LayerNormalizationGradient(1, false, true), Draw.Normal([2, 5]), Draw.Normal([2, 5]), Draw.Normal([2], deviation: 0.1), Draw.Uniform([2], 0.5, 2)),
        new(new LayerNormalizationGradient(2, true, true), Draw.Normal([40, 3, 5]), Draw.Normal([40, 3, 5]), Draw.Normal([40], deviation: 0.1), Draw.Uniform([40], 0.5, 2), Draw.Normal([3, 5])),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        var count = HasWeight ? 5 : 4;
        ExpectCount(inputs, count, count);
        ExpectFloat(inputs, 0);
        var x = inputs[0].Shape;
        if (Axes < 1 || Axes > x.Rank)
            throw Mismatch(inputs, $"{Axes} axes of a tensor of rank {x.Rank} can't have been normalized");
        var (rows, columns) = LayerNormalization.Split(x, Axes);
        if (inputs[1].Shape != x || inputs[2].Shape != rows || inputs[3].Shape != rows || (HasWeight && inputs[4].Shape != columns))
            throw Mismatch(inputs, $"dy and x must have one shape, mean and rstd {rows}, and the weight {columns}");
        var parameter = inputs[0] with { Shape = columns };
        return (HasWeight, HasBias) switch
        {
            (true, true) => [inputs[0], parameter, parameter],
            (false, false) => [inputs[0]],
            _ => [inputs[0], parameter],
        };
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var columns = (int)LayerNormalization.Split(arguments.X.Shape, Axes).Columns.ElementCount;
        var weight = HasWeight ? arguments.Inputs[4].Values : [];
        var dweight = HasWeight ? arguments.Outputs[1].Values : [];
        var dbias = HasBias ? arguments.Outputs[^1].Values : [];
        dweight.Clear();
        dbias.Clear();
        var normalized = new double[columns];
        for (var row = 0; row < arguments.Inputs[2].Values.Length; row++)
        {
            var dy = arguments.X.Values.Slice(row * columns, columns);
            var x = arguments.Inputs[1].Values.Slice(row * columns, columns);
            var dx = arguments.Y.Values.Slice(row * columns, columns);
            var (mean, rstd) = (arguments.Inputs[2].Values[row], arguments.Inputs[3].Values[row]);
            for (var i = 0; i < columns; i++)
            {
                normalized[i] = (x[i] - mean) * rstd;
                if (HasWeight)
                    dweight[i] += dy[i] * normalized[i];
                if (HasBias)
                    dbias[i] += dy[i];
                dx[i] = dy[i] * (HasWeight ? weight[i] : 1);
            }

            Moments.Gradient(dx, normalized, rstd);
        }
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (rows, columns) = ((int)lowering.Inputs[2].Shape.ElementCount, (int)LayerNormalization.Split(lowering.Inputs[0].Shape, Axes).Columns.ElementCount);
        var (hasWeight, hasBias, bias) = (HasWeight, HasBias, lowering.Outputs.Count - 1);
        return new CpuKernel(arguments => new RowNormBackward<Centered>
        {
            OutputGradient = arguments.Input<float>(0),
            Input = arguments.Input<float>(1),
            Mean = arguments.Input<float>(2),
            Rstd = arguments.Input<float>(3),
            Weight = hasWeight ? arguments.Input<float>(4) : null,
            InputGradient = arguments.Output<float>(0),
            WeightGradient = hasWeight ? arguments.Output<float>(1) : null,
            BiasGradient = hasBias ? arguments.Output<float>(bias) : null,
            Rows = rows,
            Columns = columns,
        }.Run(arguments.Pool, arguments.Workspace))
        {
            WorkspaceBytes = hasWeight || hasBias ? RowNormBackward<Centered>.WorkspaceBytes(rows, columns) : 0,
        };
    }

    internal override bool MayOverwrite(int output, int input) => output == 0 && input == 0;

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 13.0 * inputs[0].Shape.ElementCount;
}
