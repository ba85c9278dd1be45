using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Cli.Tests;

/// <summary>The layers of Transformers in double, by their definitions, with the weights of a run's model; rows are tokens.</summary>
internal sealed class Float64Layers(string modelFile) : IDisposable
{
    private readonly SafetensorsFile file = SafetensorsFile.Open(modelFile);

    public void Dispose() => file.Dispose();

    public double[] Vector(string name) => file.Read(name).ToDoubles();

    public double[][] Matrix(string name) => [.. Vector(name).Chunk(file.TypeOf(name).Shape[1])];

    /// <summary>x Wᵀ + b, with rows <paramref name="rows"/> of the weight; x W + b if it is stored transposed, as GPT-2's are.</summary>
    public double[][] Linear(double[][] x, string weight, string bias, Range? rows = null, bool isTransposed = false)
    {
        var (w, b) = (Matrix(weight), Vector(bias));
        if (isTransposed)
            w = [.. Enumerable.Range(0, b.Length).Select(column => w.Select(row => row[column]).ToArray())];
        return [.. x.Select(token => w.Zip(b, (row, offset) => Dot(row, token) + offset).ToArray()[rows ?? Range.All])];
    }

    public double[][] LayerNorm(double[][] x, string name, double epsilon = 1e-5)
    {
        var (weight, bias) = (Vector($"{name}.weight"), Vector($"{name}.bias"));
        return [.. x.Select(token =>
        {
            var mean = token.Average();
            var deviation = Math.Sqrt(token.Average(value => (value - mean) * (value - mean)) + epsilon);
            return token.Select((value, i) => (value - mean) / deviation * weight[i] + bias[i]).ToArray();
        })];
    }

    /// <summary>softmax(q kᵀ / √D) of each head, [heads][T][S].</summary>
    public static double[][][] Weights(double[][] q, double[][] k, int heads, bool isCausal)
    {
        var size = q[0].Length / heads;
        return [.. Enumerable.Range(0, heads).Select(head => q.Select((query, i) =>
        {
            var scores = k.Select((key, j) => isCausal && j > i ? 0 : Math.Exp(Dot(Cut(query, head), Cut(key, head)) / Math.Sqrt(size))).ToArray();
            return scores.Select(score => score / scores.Sum()).ToArray();
        }).ToArray())];

        double[] Cut(double[] x, int head) => x[(head * size)..((head + 1) * size)];
    }

    /// <summary>What PyTorch's <c>nn.MultiheadAttention</c> makes of queries and keys, and its weights.</summary>
    public (double[][] Output, double[][][] Weights) Attention(double[][] x, double[][] memory, string name, int heads, bool isCausal)
    {
        var width = x[0].Length;
        var (q, k, v) = (Project(x, 0), Project(memory, 1), Project(memory, 2));
        var weights = Weights(q, k, heads, isCausal);
        var size = width / heads;
        double[][] averages = [.. x.Select((_, i) => Enumerable.Range(0, width).Select(d => v.Select((value, j) => weights[d / size][i][j] * value[d]).Sum()).ToArray())];
        return (Linear(averages, $"{name}.out_proj.weight", $"{name}.out_proj.bias"), weights);

        double[][] Project(double[][] tokens, int part) => Linear(tokens, $"{name}.in_proj_weight", $"{name}.in_proj_bias", (part * width)..((part + 1) * width));
    }

    /// <summary>linear2(relu(linear1(x))).</summary>
    public double[][] FeedForward(double[][] x, string name)
    {
        double[][] hidden = [.. Linear(x, $"{name}.linear1.weight", $"{name}.linear1.bias").Select(token => Array.ConvertAll(token, value => Math.Max(0, value)))];
        return Linear(hidden, $"{name}.linear2.weight", $"{name}.linear2.bias");
    }

    public static double[][] Sum(double[][] x, double[][] y) => [.. x.Zip(y, (a, b) => a.Zip(b, (left, right) => left + right).ToArray())];

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
