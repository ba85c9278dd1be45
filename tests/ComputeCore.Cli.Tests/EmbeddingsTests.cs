using System.Text.Json;
using ComputeCore.Text;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary><c>embeddings</c>: neighbours as a search over all pairs finds them, and their principal plane.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EmbeddingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [TestCase("gpt-bpe", "wte.weight", "cat", "the")]
    [TestCase("bert-mlm", "bert.embeddings.word_embeddings.weight", "[MASK]", "the")]
    [TestCase("translate", "embedding.weight", "</s>", "the")]
    public void Neighbours_are_the_closest_of_all_tokens(string recipe, string name, params string[] asked)
    {
        const int Count = 5;
        var run = folder.File("run");
        SyntheticText.Train(recipe, folder, run, "--steps=10").IsDone();
        var picture = folder.File("embeddings.png");
        var document = Program.Run(["embeddings", run, .. asked, "--count", $"{Count}", "--plot", picture, "--json"]).Json;

        var tokenizer = Tokenizer.Load(Path.Combine(run, "tokenizer.json"));
        using var layers = new Float64Layers(Path.Combine(run, "model.safetensors"));
        var table = layers.Matrix(name);
        var tokens = document.GetProperty("tokens").EnumerateArray().ToArray();
        Assert.That(tokens.Select(token => tokenizer.TokenOf(Id(token)).TrimStart('Ġ')), Is.EqualTo(asked));
        foreach (var token in tokens)
        {
            var vector = table[Id(token)];
            var expected = Enumerable.Range(0, table.Length).Where(other => other != Id(token)).Select(other => (Id: other, Cosine: Cosine(vector, table[other]))).OrderByDescending(entry => entry.Cosine).Take(Count).ToArray();
            var neighbours = token.GetProperty("neighbours").EnumerateArray().ToArray();
            Assert.That(neighbours.Select(Id), Is.EqualTo(expected.Select(entry => entry.Id)));
            Assert.That(neighbours.Select(neighbour => neighbour.GetProperty("cosine").GetDouble()), Is.EqualTo(expected.Select(entry => entry.Cosine)).Within(1e-12));
        }

        AssertIsPrincipalPlane(document, table);
        Assert.That(File.ReadAllBytes(picture)[1..4], Is.EqualTo("PNG"u8.ToArray()));
        Assert.That(document.GetProperty("picture").GetString(), Is.EqualTo(picture));
    }

    [Test]
    public void A_word_that_is_no_token_is_told_and_so_is_another_kind_of_run()
    {
        var run = folder.File("run");
        SyntheticText.Train("gpt-char", folder, run, "--steps=10").IsDone();
        Assert.That(Program.Run("embeddings", run, "c", "--count", "3").Output, Does.Contain("Neighbour"));
        Program.Run("embeddings", run, "cat").Fails("'cat' is no token", "'c' 'a' 't'");
        Program.Run("embeddings", run, "Z").Fails("'Z'");
        Program.Run("embeddings", run, "c", "--count", "0").IsRefused("computecore embeddings", "--count", "at least 1");
        Program.Run("embeddings", run).IsRefused("computecore embeddings", "'embeddings'");
    }

    // The coordinates are centred and uncorrelated, and hold as much variance as the two largest eigenvalues say.
    private static void AssertIsPrincipalPlane(JsonElement document, double[][] table)
    {
        var points = document.GetProperty("points").EnumerateArray().ToArray();
        double[] x = [.. points.Select(point => point.GetProperty("x").GetDouble())], y = [.. points.Select(point => point.GetProperty("y").GetDouble())];
        double[][] vectors = [.. points.Select(point => table[Id(point)])];
        double[] mean = [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Average(vector => vector[i]))];
        double[][] centred = [.. vectors.Select(vector => vector.Zip(mean, (value, average) => value - average).ToArray())];
        // The Gram matrix has the covariance's eigenvalues, and as many rows as there are points.
        var eigenvalues = Eigenvalues([.. centred.Select(a => centred.Select(b => a.Zip(b, (left, right) => left * right).Sum()).ToArray())]);
        var total = eigenvalues.Sum();
        Assert.That(x.Sum(), Is.Zero.Within(1e-9));
        Assert.That(y.Sum(), Is.Zero.Within(1e-9));
        Assert.That(x.Zip(y, (a, b) => a * b).Sum() / total, Is.Zero.Within(1e-9));
        Assert.That(x.Sum(value => value * value), Is.EqualTo(eigenvalues[0]).Within(1e-5 * total));
        Assert.That(y.Sum(value => value * value), Is.EqualTo(eigenvalues[1]).Within(1e-5 * total));
        Assert.That(document.GetProperty("varianceShare").GetDouble(), Is.EqualTo((eigenvalues[0] + eigenvalues[1]) / total).Within(1e-5));
    }

    // Jacobi's rotations, until nothing is left beside the diagonal.
    private static double[] Eigenvalues(double[][] a)
    {
        for (var sweep = 0; sweep < 30; sweep++)
            for (var p = 0; p < a.Length; p++)
                for (var q = p + 1; q < a.Length; q++)
                {
                    var angle = Math.Atan2(2 * a[p][q], a[p][p] - a[q][q]) / 2;
                    var (cosine, sine) = (Math.Cos(angle), Math.Sin(angle));
                    foreach (var row in a)
                        (row[p], row[q]) = (cosine * row[p] + sine * row[q], cosine * row[q] - sine * row[p]);
                    for (var i = 0; i < a.Length; i++)
                        (a[p][i], a[q][i]) = (cosine * a[p][i] + sine * a[q][i], cosine * a[q][i] - sine * a[p][i]);
                }

        return [.. a.Select((row, i) => row[i]).OrderDescending()];
    }

    private static double Cosine(double[] x, double[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static int Id(JsonElement token) => token.GetProperty("id").GetInt32();
}
