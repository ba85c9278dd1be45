using ComputeCore.Models;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Whole models: training steps with AdamW, and forward passes.</summary>
internal static class Networks
{
    private static readonly Gpt2Configuration Characters = new(4, 128, 4) { VocabularySize = 65, ContextLength = 64 };
    private static readonly Gpt2Configuration OneBlock = Gpt2Configuration.Small with { Layers = 1, VocabularySize = 500 };

    public static IEnumerable<BenchmarkCase> Train { get; } =
    [
        Cnn("train", 64),
        new ModelCase("train", "train character GPT, batch 12x64", Gpt(Characters), Tokens(12, 64, Characters), Gpt(Characters), Tokens(2, 8, Characters)),
        new ModelCase("train", "train GPT-2 small, batch 4x64", Gpt(Gpt2Configuration.Small), Tokens(4, 64, Gpt2Configuration.Small), Gpt(OneBlock), Tokens(1, 4, OneBlock)),
    ];

    public static IEnumerable<BenchmarkCase> Infer { get; } =
    [
        Cnn("infer", 1),
        Cnn("infer", 64),
        new ModelCase("infer", "infer GPT-2 small, prompt of 64", Gpt(Gpt2Configuration.Small), Tokens(1, 64, Gpt2Configuration.Small), Gpt(OneBlock), Tokens(1, 8, OneBlock)),
    ];

    /// <summary>Training steps over growing batches and contexts.</summary>
    public static IReadOnlyList<GrowthSeries> Growing { get; } =
    [
        new("Fashion-MNIST CNN", "batch", "images", Doublings(1, 128), size => size, batch => Cnn("train", batch)),
        new("character GPT, context 64", "batch", "tokens", Doublings(1, 128), size => 64 * size, batch => TrainedGpt(Characters, batch, 64)),
        new("character GPT, 2,048 tokens", "context", "tokens", Doublings(64, 2048), _ => 2048, context => TrainedGpt(Characters with { ContextLength = context }, 2048 / context, context)),
    ];

    private static int[] Doublings(int first, int last) => [.. Enumerable.Range(0, int.Log2(last / first) + 1).Select(i => first << i)];

    private static ModelCase TrainedGpt(Gpt2Configuration configuration, int batch, int length) =>
        new("train", $"train GPT {configuration.Layers}x{configuration.Width}, batch {batch}x{length}", Gpt(configuration), Tokens(batch, length, configuration), Gpt(configuration), Tokens(1, 8, configuration));

    private static ModelCase Cnn(string group, int batch)
    {
        ModelFactory create = random =>
        {
            var model = SmallCnn.Create(random);
            return (model, model.Forward);
        };
        return new(group, $"{group} Fashion-MNIST CNN, batch {batch}", create, Images(batch), create, Images(2));
    }

    private static ModelFactory Gpt(Gpt2Configuration configuration) => random =>
    {
        var model = new Gpt2(configuration, random);
        return (model, tokens => model.Forward(tokens));
    };

    private static Draw Images(int batch) => Draw.Uniform([batch, 1, 28, 28], 0, 1);

    private static Draw Tokens(int batch, int length, Gpt2Configuration configuration) => Draw.Integers([batch, length], ElementType.Int64, 0, configuration.VocabularySize - 1);
}
