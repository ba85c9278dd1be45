using ComputeCore.Cli.Configuration;
using ComputeCore.Data;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Text;

namespace ComputeCore.Cli.Recipes;

/// <summary>The settings of a GPT.</summary>
internal record LanguageModelConfiguration : CorpusConfiguration
{
    [Setting("The longest sequence, in tokens.", Minimum = 2)]
    public int Context { get; init; } = 64;

    [Setting("The last learning rate, to which it falls by half a cosine.", Key = "min-lr", Minimum = 0)]
    public double MinimumLearningRate { get; init; } = 1e-4;

    [Setting("Whether the blocks' activations are computed again in the backward pass instead of kept: less memory, more work.")]
    public bool Recompute { get; init; }
}

/// <summary>The settings of a GPT on byte pairs.</summary>
internal sealed record BytePairModelConfiguration : LanguageModelConfiguration
{
    [Setting("Tokens of the vocabulary that is learned, at least 257.", Minimum = 257)]
    public int Vocabulary { get; init; } = 4096;
}

/// <summary>GPT-2's architecture, small, trained on a text.</summary>
internal abstract class LanguageModelRecipe : CorpusRecipe<LanguageModelConfiguration>
{
    public const string EndOfText = "<|endoftext|>";

    public static Gpt2 CreateModel(LanguageModelConfiguration configuration, int vocabularySize, RandomGenerator random) =>
        new(new Gpt2Configuration(configuration.Layers, configuration.Width, configuration.Heads)
        {
            VocabularySize = vocabularySize,
            ContextLength = configuration.Context,
            Dropout = configuration.Dropout,
            RecomputesBlocks = configuration.Recompute,
        }, random);

    protected override TrainingJob Job(LanguageModelConfiguration configuration, Tokenizer tokenizer, TokenFiles text) => new LanguageModelJob(configuration, tokenizer, text);
}

/// <summary>A GPT on characters.</summary>
internal sealed class CharacterModelRecipe : LanguageModelRecipe
{
    public override string Name => "gpt-char";

    public override string Description => "A small GPT on the characters of a text.";

    public override Settings Settings { get; } = Settings.Of<LanguageModelConfiguration>();

    protected override Tokenizer Train(LanguageModelConfiguration configuration, byte[] training, byte[] validation) =>
        CharacterTokenizer.Train([training, validation]);
}

/// <summary>A GPT on byte pairs.</summary>
internal sealed class BytePairModelRecipe : LanguageModelRecipe
{
    public override string Name => "gpt-bpe";

    public override string Description => "A small GPT on byte pairs, learned from the text.";

    public override Settings Settings { get; } = Settings.Of<BytePairModelConfiguration>();

    protected override Tokenizer Train(LanguageModelConfiguration configuration, byte[] training, byte[] validation) =>
        BytePairTrainer.Train([training], ((BytePairModelConfiguration)configuration).Vocabulary, [EndOfText]);
}

/// <summary>A GPT and its text.</summary>
internal sealed class LanguageModelJob : TextJob<LanguageModelConfiguration>
{
    private readonly TokenFiles text;
    private readonly Gpt2 model;
    private readonly RandomWindows windows;
    private readonly TokenBlocks blocks;

    public LanguageModelJob(LanguageModelConfiguration configuration, Tokenizer tokenizer, TokenFiles text)
        : base(configuration)
    {
        CheckWidth(configuration);
        this.text = text;
        Model = model = LanguageModelRecipe.CreateModel(configuration, tokenizer.VocabularySize, Random);
        windows = new RandomWindows(text.Training, configuration.Batch, configuration.Context, configuration.ValidateEvery, (ulong)configuration.Seed);
        var blockCount = (int)Math.Min(configuration.Batch, Math.Max(1, (text.Validation.Count - 1) / configuration.Context));
        blocks = new TokenBlocks(text.Validation, blockCount, configuration.Context, seed: 0, isShuffled: false);
        BytesPerToken = BytesOf(tokenizer, text.Validation) / (double)text.Validation.Count;
    }

    public override Module Model { get; }

    public override Objective Objective => batch => OutcomeOf(model.Forward(batch[0]), batch[1]);

    public override BatchSource Training => Endless(windows.BatchesPerEpoch, windows.Epoch);

    public override IEnumerable<TensorData[]> Validation => blocks.Epoch(0, 0).Select(batch => batch.ToArray());

    public override string Summary => $"{text.Summary}, a vocabulary of {model.VocabularySize:N0}, {Parameters:N0} parameters";

    protected override LearningRateSchedule Schedule =>
        new CosineSchedule(Configuration.LearningRate, Configuration.Steps, Configuration.MinimumLearningRate, Configuration.WarmUp);

    protected override double? BytesPerToken { get; }

    public override void Dispose()
    {
        base.Dispose();
        text.Dispose();
    }

    private static long BytesOf(Tokenizer tokenizer, TokenFile text)
    {
        var (ids, bytes) = (new int[1 << 16], 0L);
        for (var start = 0L; start < text.Count; start += ids.Length)
        {
            var part = ids.AsSpan(0, (int)Math.Min(ids.Length, text.Count - start));
            text.Read(start, part);
            bytes += tokenizer.DecodeBytes(part).Length;
        }

        return bytes;
    }
}
