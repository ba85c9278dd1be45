using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Whole models: training steps with AdamW, without dropout, and forward passes.</summary>
internal static class Networks
{
    private static readonly Gpt2Configuration Characters = new(4, 128, 4) { VocabularySize = 65, ContextLength = 64, Dropout = 0 };
    private static readonly Gpt2Configuration Small = Gpt2Configuration.Small with { Dropout = 0 };
    private static readonly Gpt2Configuration OneBlock = Small with { Layers = 1, VocabularySize = 500 };

    private static readonly TranslationConfiguration ThreeLayers = new(3, 256, 4, 1024) { VocabularySize = 8000, Dropout = 0, HasFinalNorm = true };
    private static readonly TranslationConfiguration OneLayer = ThreeLayers with { Layers = 1, VocabularySize = 500 };

    public static IEnumerable<BenchmarkCase> Train { get; } =
    [
        Cnn("train", 64),
        new ModelCase("train", "train ResNet-18 at 32x32, batch 64", Layers(random => ResNet.ResNet18(random)), Images(64, 32), Layers(random => ResNet.ResNet18(random)), Images(4, 16))
        {
            // Normalized over four images: gradients right to 1e-4 of their norm, which is some ten a layer, part the second losses by 0.0023 of the step's change.
            AllowedShareOfChange = 0.005,
        },
        new ModelCase("train", "train character GPT, batch 12x64", Gpt(Characters), Tokens(12, 64, Characters), Gpt(Characters), Tokens(2, 8, Characters)),
        new ModelCase("train", "train GPT-2 small, batch 4x64", Gpt(Small), Tokens(4, 64, Small), Gpt(OneBlock), Tokens(1, 4, OneBlock)),
        new ModelCase("train", "train translation, batch 32x32", Translation(ThreeLayers), Sentences(32, 32, ThreeLayers), Translation(OneLayer), Sentences(2, 4, OneLayer)),
    ];

    public static IEnumerable<BenchmarkCase> Infer { get; } =
    [
        Cnn("infer", 1),
        Cnn("infer", 64),
        .. Classifier("ResNet-18", random => ResNet.ResNet18(random)),
        .. Classifier("ResNet-50", random => ResNet.ResNet50(random)),
        .. Classifier("MobileNetV2", random => new MobileNetV2(random)),
        .. Classifier("SqueezeNet 1.1", random => new SqueezeNet(random)),
        new ModelCase("infer", "infer GPT-2 small, prompt of 64", Gpt(Small), Tokens(1, 64, Small), Gpt(OneBlock), Tokens(1, 8, OneBlock)),
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
        var create = Layers(SmallCnn.Create);
        return new(group, $"{group} Fashion-MNIST CNN, batch {batch}", create, Draw.Uniform([batch, 1, 28, 28], 0, 1), create, Draw.Uniform([2, 1, 28, 28], 0, 1));
    }

    private static IEnumerable<ModelCase> Classifier(string name, Func<RandomGenerator, Layer> make) => new[] { 1, 8 }.Select(batch =>
        new ModelCase("infer", $"infer {name}, batch {batch}", Layers(make), Images(batch, 224), Layers(make), Images(1, 32)));

    private static ModelFactory Layers(Func<RandomGenerator, Layer> make) => random =>
    {
        var model = make(random);
        return (model, model.Forward);
    };

    private static ModelFactory Gpt(Gpt2Configuration configuration) => random =>
    {
        var model = new Gpt2(configuration, random);
        return (model, tokens => model.Forward(tokens));
    };

    // The tokens are those of the sources, and of the targets.
    private static ModelFactory Translation(TranslationConfiguration configuration) => random =>
    {
        var model = new TranslationTransformer(configuration, random);
        return (model, tokens => model.Forward(Half(tokens, 0), Half(tokens, 1)));
    };

    private static Tensor Half(Tensor tokens, int index) => tokens.Slice(0, index, index + 1).Reshape(tokens.Shape[1], tokens.Shape[2]);

    private static Draw Images(int batch, int size) => Draw.Uniform([batch, 3, size, size], 0, 1);

    private static Draw Tokens(int batch, int length, Gpt2Configuration configuration) => Draw.Integers([batch, length], ElementType.Int64, 0, configuration.VocabularySize - 1);

    private static Draw Sentences(int batch, int length, TranslationConfiguration configuration) =>
        Draw.Integers([2, batch, length], ElementType.Int64, 0, configuration.VocabularySize - 1);
}
