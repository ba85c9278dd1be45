namespace ComputeCore.Validation.Golden.Families;

internal static class Indexing
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["cat"] = (x, a) => [Tensor.Concatenate(a.Integer("dim"), x)],
        ["embedding"] = (x, a) => [x[1].IndexSelect(0, x[0], a.Has("padding_idx") ? a.Integer("padding_idx") : null)],
        ["gather"] = (x, a) => [x[0].Gather(a.Integer("dim"), x[1])],
        ["index_select"] = (x, a) => [x[0].IndexSelect(a.Integer("dim"), x[1])],
        ["one_hot"] = (x, a) => [x[0].OneHot(a.Integer("num_classes"), ElementType.Int64)],
        ["pad"] = (x, a) => [Pad(x[0], a.Axes("pad"), a.Number("value"))],
        ["permute"] = (x, a) => [x[0].Permute(a.Axes("dims"))],
        ["scatter_add"] = (x, a) => [x[0].ScatterAdd(a.Integer("dim"), x[1], x[2])],
        ["slice"] = (x, a) => [a.Columns("slices") is [var starts, var ends, var steps] ? x[0].Slice(starts, ends, steps) : throw new FormatException("A slice is [start, end, step] for each axis.")],
        ["transpose"] = (x, a) => [x[0].Transpose(a.Integer("dim0"), a.Integer("dim1"))],
    };

    // PyTorch's margins are before, after of the last axis, then of the one before it, as far as they go.
    private static Tensor Pad(Tensor x, Axes margins, double value)
    {
        var (before, after) = (new int[x.Rank], new int[x.Rank]);
        for (var i = 0; i < margins.Count / 2; i++)
            (before[^(i + 1)], after[^(i + 1)]) = (margins[2 * i], margins[2 * i + 1]);
        return x.Pad(Axes.Create(before), Axes.Create(after), value);
    }
}
