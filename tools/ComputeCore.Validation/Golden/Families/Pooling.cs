namespace ComputeCore.Validation.Golden.Families;

internal static class Pooling
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["adaptive_avg_pool2d"] = (x, a) => [x[0].AdaptiveAveragePool2d(a.Pair("output_size"))],
        ["adaptive_max_pool2d"] = (x, a) => WithPositions(x[0].AdaptiveMaxPool2d(a.Pair("output_size"))),
        ["avg_pool2d"] = (x, a) => [x[0].AveragePool2d(a.Pair("kernel_size"), a.Pair("stride"), a.Pair("padding"), a.Flag("ceil_mode"), a.Flag("count_include_pad"))],
        ["max_pool2d"] = (x, a) => WithPositions(x[0].MaxPool2d(a.Pair("kernel_size"), a.Pair("stride"), a.Pair("padding"), a.Pair("dilation"), a.Flag("ceil_mode"))),
    };

    // The positions of the maxima are a result that the public method keeps to itself; PyTorch's are i64.
    private static Tensor[] WithPositions(Tensor maxima) => [maxima, maxima.Node.Outputs[1].Cast(ElementType.Int64)];
}
