using ComputeCore.Devices.Reference;
using ComputeCore.Kernels.Cpu.RandomNumbers;

namespace ComputeCore.Operations;

/// <summary>What attention and its gradient are defined by: which keys a query sees, with which scores, and which weights are dropped.</summary>
internal sealed class AttentionDefinition
{
    private readonly AttentionOperation operation;
    private readonly ReferenceTensor q;
    private readonly ReferenceTensor k;
    private readonly ReferenceTensor? spans;
    private readonly ReferenceTensor? slopes;
    private readonly PhiloxStream random;

    /// <summary>Reads the inputs, given where queries and options begin among them.</summary>
    public AttentionDefinition(AttentionOperation operation, ReferenceArguments arguments, int first, int options)
    {
        this.operation = operation;
        (q, k) = (arguments.Inputs[first], arguments.Inputs[first + 1]);
        spans = operation.HasSpans ? arguments.Inputs[options] : null;
        slopes = operation.HasSlopes ? arguments.Inputs[options + operation.SlopesOption] : null;
        if (operation.HasDropout && arguments.Inputs[^1].Values is var state)
            random = operation.StreamOf((long)state[0], (long)state[1]);
    }

    /// <summary>T.</summary>
    public int Queries => q.Shape[1];

    /// <summary>S.</summary>
    public int Keys => k.Shape[1];

    /// <summary>D.</summary>
    public int Width => q.Shape[3];

    /// <summary>Every query, as batch, query, head.</summary>
    public IEnumerable<(int Batch, int Query, int Head)> All() =>
        from b in Enumerable.Range(0, q.Shape[0])
        from i in Enumerable.Range(0, Queries)
        from h in Enumerable.Range(0, q.Shape[2])
        select (b, i, h);

    /// <summary>The key head that a query head uses.</summary>
    public int KeyHead(int head) => head / (q.Shape[2] / k.Shape[2]);

    /// <summary>A query's scores with all keys; minus infinity where it does not see one.</summary>
    public double[] Scores(int b, int i, int h)
    {
        var (first, end, position) = spans is null
            ? (0, Keys, Keys - Queries + i)
            : ((int)spans[b, 0], (int)spans[b, 1], (int)spans[b, 2] + i);
        var scores = new double[Keys];
        for (var j = 0; j < Keys; j++)
        {
            var product = 0.0;
            for (var c = 0; c < Width; c++)
                product += q[b, i, h, c] * k[b, j, KeyHead(h), c];
            var isSeen = j >= first && j < end && (!operation.IsCausal || j <= position);
            scores[j] = isSeen ? operation.Scale * product - (slopes is null ? 0 : slopes[h] * Math.Abs(position - j)) : double.NegativeInfinity;
        }

        return scores;
    }

    /// <summary>What dropout multiplies a weight by.</summary>
    public double Kept(int b, int i, int h, int j) => operation.HasDropout
        ? new DropoutRate((float)operation.Dropout).Factor(random, (((long)b * q.Shape[2] + h) * Queries + i) * Keys + j)
        : 1;
}
