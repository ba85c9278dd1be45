using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.Attention;

namespace ComputeCore.Operations;

/// <summary>
/// The gradients of <see cref="Attention"/> with respect to queries, keys and values, from dy, queries, keys, values, the output y,
/// log Σ exp(score) and the options. The weights are computed anew: p = exp(s − logSumExp). With the dropout's factors r (0 or
/// 1 / (1 − rate), ones without dropout): dv = (r p)ᵀ dy, ds = p (r (dy vᵀ) − Σ dy y), dq = scale ds k, dk = scale dsᵀ q
/// (Dao, "FlashAttention-2", 2023).
/// </summary>
/// <inheritdoc/>
public sealed record AttentionGradient(double Scale, bool IsCausal, bool HasSpans, bool HasSlopes, double Dropout, int Stream)
    : AttentionOperation(Scale, IsCausal, HasSpans, HasSlopes, Dropout, Stream), ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
        from sample in Attention.Samples
        let forward = (Attention)sample.Operation
        let types = forward.Infer([.. sample.Inputs.Select(input => input.Type)])
        select new Sample(
            new AttentionGradient(forward.Scale, forward.IsCausal, forward.HasSpans, forward.HasSlopes, forward.Dropout, forward.Stream),
            [Draw.Normal(types[0].Shape), .. sample.Inputs[..3], Draw.Normal(types[0].Shape, deviation: 0.3), Draw.Uniform(types[1].Shape, 2, 4), .. sample.Inputs[3..]]);

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        Check(inputs, 1, 6);
        if (inputs[0] != inputs[1] || inputs[4] != inputs[1] || inputs[5] != PerQuery(inputs[1]))
            throw Mismatch(inputs, $"dy and y must be {inputs[1]}, and logSumExp {PerQuery(inputs[1])}");
        return [inputs[1], inputs[2], inputs[3]];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var definition = new AttentionDefinition(this, arguments, 1, 6);
        var (dy, q, k, v, y, logSumExp) =
            (arguments.Inputs[0], arguments.Inputs[1], arguments.Inputs[2], arguments.Inputs[3], arguments.Inputs[4], arguments.Inputs[5]);
        var (dq, dk, dv) = (arguments.Outputs[0], arguments.Outputs[1], arguments.Outputs[2]);
        foreach (var output in arguments.Outputs)
            output.Values.Clear();
        foreach (var (b, i, h) in definition.All())
        {
            var (scores, g, delta) = (definition.Scores(b, i, h), definition.KeyHead(h), 0.0);
            for (var c = 0; c < definition.Width; c++)
                delta += dy[b, i, h, c] * y[b, i, h, c];
            for (var j = 0; j < scores.Length; j++)
            {
                if (double.IsNegativeInfinity(scores[j]))
                    continue;
                var (weight, kept) = (Math.Exp(scores[j] - logSumExp[b, h, i]), definition.Kept(b, i, h, j));
                var dweight = 0.0;
                for (var c = 0; c < definition.Width; c++)
                    dweight += dy[b, i, h, c] * v[b, j, g, c];
                var dscore = weight * (kept * dweight - delta);
                for (var c = 0; c < definition.Width; c++)
                {
                    dq[b, i, h, c] += Scale * dscore * k[b, j, g, c];
                    dk[b, j, g, c] += Scale * dscore * q[b, i, h, c];
                    dv[b, j, g, c] += weight * kept * dy[b, i, h, c];
                }
            }
        }
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var shape = ShapeOf(lowering.Inputs[1], lowering.Inputs[2]);
        return new CpuKernel(arguments => FlashAttentionGradient.Run(arguments.Pool, shape, InputsOf(arguments, 1, 6), GradientsOf(arguments), arguments.Workspace))
        {
            WorkspaceBytes = FlashAttentionGradient.WorkspaceBytes(lowering.Workers, shape),
        };
    }

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 5 * ProductFlops(inputs[1], inputs[2]);

    private static unsafe AttentionGradients GradientsOf(CpuArguments arguments) => new()
    {
        Output = arguments.Input<float>(0),
        Result = arguments.Input<float>(4),
        LogSumExp = arguments.Input<float>(5),
        Queries = arguments.Output<float>(0),
        Keys = arguments.Output<float>(1),
        Values = arguments.Output<float>(2),
    };
}
