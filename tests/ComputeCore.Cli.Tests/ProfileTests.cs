using System.Text.Json;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public sealed class ProfileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_step_is_shown_by_operation_and_by_layer_and_written_as_a_trace()
    {
        var trace = folder.File("trace.json");
        var document = Program.Run("profile", "train", "fashion-mnist", "--batch", "8", "--steps", "3", "--trace", trace, "--json").Json;
        Assert.That(Names(document, "operations"), Is.SupersetOf(new[] { "Convolution2d", "ConvolutionWeightGradient", "MatMul", "AdamUpdate" }));
        Assert.That(Names(document, "layers"), Is.EquivalentTo(new[] { "0 Conv2d", "3 Conv2d", "7 Linear", "9 Linear", "(optimizer)" }));

        // Both convolutions have a forward pass and a gradient of their weights; only the second one has a gradient of its input.
        var kernels = document.GetProperty("kernels").EnumerateArray().ToArray();
        Assert.That(Of("0 Conv2d"), Is.SupersetOf(new[] { "forward Convolution2d", "forward MaxPool2d", "backward ConvolutionWeightGradient" }).And.None.EqualTo("backward ConvolutionDataGradient"));
        Assert.That(Of("3 Conv2d"), Is.SupersetOf(new[] { "forward Convolution2d", "forward MaxPool2d", "backward ConvolutionWeightGradient", "backward ConvolutionDataGradient" }));
        Assert.That(Of("(optimizer)"), Has.Member("update AdamUpdate").And.All.StartsWith("update"));
        Assert.That(kernels.Max(kernel => kernel.GetProperty("liveBytes").GetInt64()), Is.InRange(1, document.GetProperty("arenaBytes").GetInt64()));
        Assert.That(kernels.Sum(kernel => kernel.GetProperty("milliseconds").GetDouble()), Is.EqualTo(document.GetProperty("milliseconds").GetDouble()).Within(1e-9));

        var events = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(trace)).GetProperty("traceEvents").EnumerateArray().ToArray();
        Assert.That(events.Count(one => Text(one, "ph") == "X" && one.GetProperty("tid").GetInt32() == 1), Is.EqualTo(kernels.Length));
        Assert.That(events.Where(one => Text(one, "ph") == "X" && one.GetProperty("tid").GetInt32() == 2).Select(one => Text(one, "name")), Has.Member("3 Conv2d").And.Member("3 Conv2d, backward"));
        Assert.That(events.Count(one => Text(one, "ph") == "C"), Is.EqualTo(kernels.Length + 1));

        string[] Of(string layer) => [.. kernels.Where(kernel => Text(kernel, "layer") == layer).Select(kernel => $"{Text(kernel, "phase")} {Text(kernel, "operation")}")];
    }

    [Test]
    public void People_get_tables_and_the_memory_over_time() =>
        Assert.That(Program.Run("profile", "train", "fashion-mnist", "--batch", "2", "--steps", "1").Output, Does.Contain("ms a step in").And.Contain("arena over time").And.Contain("3 Conv2d"));

    private static IEnumerable<string?> Names(JsonElement document, string groups) => document.GetProperty(groups).EnumerateArray().Select(group => Text(group, "name"));

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
