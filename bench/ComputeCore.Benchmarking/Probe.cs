namespace ComputeCore.Benchmarking;

/// <summary>A part of the inputs that determines a part of the results, so that a definition in float64 need not compute all of them.</summary>
/// <param name="OfInputs">The part of the inputs.</param>
/// <param name="OfResults">The part of the results.</param>
internal sealed record Probe(Func<Tensor[], Tensor[]> OfInputs, Func<Tensor[], Tensor[]> OfResults)
{
    /// <summary>The part of what the definition computes from the part of the inputs that the probe is about; all of it by default.</summary>
    public Func<Tensor[], Tensor[]> OfDefinition { get; init; } = results => results;

    /// <summary>The first rows of the tensors that have as many rows as the first one; the others belong to every row.</summary>
    public static Probe Rows(int count) => new(x => First(x, count), y => First(y, count));

    private static Tensor[] First(Tensor[] tensors, int count) =>
        [.. tensors.Select(tensor => tensor.Rank > 1 && tensor.Shape[0] == tensors[0].Shape[0] ? tensor.Slice(0, 0, count) : tensor)];
}
