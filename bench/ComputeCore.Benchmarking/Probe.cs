namespace ComputeCore.Benchmarking;

/// <summary>A part of the inputs that determines a part of the results, so that a definition in float64 need not compute all of them.</summary>
/// <param name="OfInputs">The part of the inputs.</param>
/// <param name="OfResults">The part of the results.</param>
internal sealed record Probe(Func<Tensor[], Tensor[]> OfInputs, Func<Tensor[], Tensor[]> OfResults)
{
    /// <summary>The part of what the definition computes from the part of the inputs that the probe is about; all of it by default.</summary>
    public Func<Tensor[], Tensor[]> OfDefinition { get; init; } = results => results;

    /// <summary>The last rows of the tensors that have as many rows as the first one; the others belong to every row.</summary>
    public static Probe Rows(int count) => new(x => Last(x, count), y => Last(y, count));

    private static Tensor[] Last(Tensor[] tensors, int count)
    {
        var rows = tensors[0].Shape[0];
        return [.. tensors.Select(tensor => tensor.Rank > 1 && tensor.Shape[0] == rows ? tensor.Slice(0, Math.Max(0, rows - count), rows) : tensor)];
    }
}
