namespace ComputeCore.Validation.Golden.Families;

internal static class Reductions
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["amax"] = (x, a) => [x[0].Max(a.Axes("dim"), a.Flag("keepdim"))],
        ["amin"] = (x, a) => [x[0].Min(a.Axes("dim"), a.Flag("keepdim"))],
        ["argmax"] = (x, a) => [x[0].ArgMax(a.Integer("dim"), a.Flag("keepdim"))],
        ["mean"] = (x, a) => [x[0].Mean(a.Axes("dim"), a.Flag("keepdim"))],
        ["sum"] = (x, a) => [x[0].Sum(a.Axes("dim"), a.Flag("keepdim"))],
        ["var"] = (x, a) => [x[0].Variance(a.Axes("dim"), a.Integer("correction"), a.Flag("keepdim"))],
    };
}
