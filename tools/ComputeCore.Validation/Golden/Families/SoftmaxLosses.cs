namespace ComputeCore.Validation.Golden.Families;

internal static class SoftmaxLosses
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["cross_entropy"] = (x, a) => [x[0].CrossEntropy(x[1], x.ElementAtOrDefault(2), Reduction(a), a.Integer("ignore_index"), a.Number("label_smoothing"))],
        ["log_softmax"] = (x, a) => [x[0].LogSoftmax(a.Integer("dim"))],
        ["mse_loss"] = (x, a) => [x[0].MeanSquaredError(x[1], Reduction(a))],
        ["nll_loss"] = (x, a) => [x[0].NegativeLogLikelihood(x[1], x.ElementAtOrDefault(2), Reduction(a), a.Integer("ignore_index"))],
        ["softmax"] = (x, a) => [x[0].Softmax(a.Integer("dim"))],
    };

    private static LossReduction Reduction(Attributes attributes) => attributes.Text("reduction") switch
    {
        "mean" => LossReduction.Mean,
        "sum" => LossReduction.Sum,
        "none" => LossReduction.None,
        var other => throw new FormatException($"{other} is no reduction."),
    };
}
