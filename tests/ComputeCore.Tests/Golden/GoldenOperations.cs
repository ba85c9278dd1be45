using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Tests.Golden;

/// <summary>PyTorch's operations, by their names there, as ComputeCore's.</summary>
internal static class GoldenOperations
{
    public static IReadOnlyList<Tensor> Apply(GoldenCase golden, Tensor[] x) => golden.Operation switch
    {
        "matmul" => [x[0].MatMul(x[1], golden.Get<bool>("transposeA"), golden.Get<bool>("transposeB"))],
        "linear" => [x is [_, _, var bias] ? x[0].MatMul(x[1], transposeOther: true) + bias : x[0].MatMul(x[1], transposeOther: true)],
        "conv2d" => [x[0].Convolution2d(x[1], x.ElementAtOrDefault(2), golden.GetPair("stride"), golden.GetPair("padding"), golden.GetPair("dilation"), golden.Get<int>("groups"))],
        "max_pool2d" => Node.ApplyMany(new MaxPool2d(Window(golden, golden.GetPair("dilation"))), x),
        "avg_pool2d" => Node.ApplyMany(new AveragePool2d(Window(golden, 1), golden.Get<bool>("count_include_pad")), x),
        "adaptive_avg_pool2d" => [x[0].AdaptiveAveragePool2d(golden.GetPair("output_size"))],
        "adaptive_max_pool2d" => Node.ApplyMany(new AdaptiveMaxPool2d(golden.GetPair("output_size")), x),
        "batch_norm" => BatchNormalization(golden, x),
        "layer_norm" => [x[0].LayerNormalization(golden.Get<int[]>("normalized_shape").Length, x.ElementAtOrDefault(1), x.ElementAtOrDefault(2), golden.Get<double>("eps"))],
        "softmax" => [x[0].Softmax(golden.Get<int>("dim"))],
        "log_softmax" => [x[0].LogSoftmax(golden.Get<int>("dim"))],
        "cross_entropy" => [x[0].CrossEntropy(x[1], x.ElementAtOrDefault(2), Reduction(golden), golden.Get<long>("ignore_index"), golden.Get<double>("label_smoothing"))],
        "nll_loss" => [x[0].NegativeLogLikelihood(x[1], x.ElementAtOrDefault(2), Reduction(golden), golden.Get<long>("ignore_index"))],
        "mse_loss" => [x[0].MeanSquaredError(x[1], Reduction(golden))],
        _ => throw new NotSupportedException($"{golden}: the operation {golden.Operation} is unknown here."),
    };

    private static PoolWindow Window(GoldenCase golden, Pair dilation) =>
        new(golden.GetPair("kernel_size"), golden.GetPair("stride"), golden.GetPair("padding"), dilation, golden.Get<bool>("ceil_mode"));

    private static LossReduction Reduction(GoldenCase golden) => Enum.Parse<LossReduction>(golden.Get<string>("reduction"), ignoreCase: true);

    // PyTorch's running statistics: the unbiased variance counts.
    private static IReadOnlyList<Tensor> BatchNormalization(GoldenCase golden, Tensor[] x)
    {
        Shape channels = [x[0].Shape[1]];
        var (weight, bias) = x is [_, _, _, var w, var b] ? (w, b) : (Tensor.Full(channels, 1), Tensor.Full(channels, 0));
        var epsilon = golden.Get<double>("eps");
        if (!golden.Get<bool>("training"))
            return [x[0].BatchNormalizationInference(weight, bias, x[1], x[2], epsilon)];
        var (y, mean, variance) = x[0].BatchNormalization(weight, bias, epsilon);
        var momentum = golden.Get<double>("momentum");
        var count = (double)x[0].Shape.ElementCount / x[0].Shape[1];
        return [y, x[1] * (1 - momentum) + mean * momentum, x[2] * (1 - momentum) + variance * (momentum * count / (count - 1))];
    }
}
