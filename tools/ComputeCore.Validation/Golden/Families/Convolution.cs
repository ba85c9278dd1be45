namespace ComputeCore.Validation.Golden.Families;

internal static class Convolution
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["conv2d"] = (x, a) => [x[0].Convolution2d(x[1], x.ElementAtOrDefault(2), a.Pair("stride"), a.Pair("padding"), a.Pair("dilation"), a.Integer("groups"))],
    };
}
