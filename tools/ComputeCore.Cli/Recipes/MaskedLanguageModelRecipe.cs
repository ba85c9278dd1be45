using ComputeCore.Cli.Configuration;
using ComputeCore.Data;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Text;

namespace ComputeCore.Cli.Recipes;

/// <summary>The settings of <see cref="MaskedLanguageModelRecipe"/>.</summary>
internal sealed record MaskedLanguageModelConfiguration : CorpusConfiguration
{
    public MaskedLanguageModelConfiguration()
    {
        (Text, Batch) = ("linux-doc", 16);
        (Dropout, WarmUp, WeightDecay) = (0.1, 200, 0.01);
    }

    [Setting("Millions of bytes of the text that are used, from its beginning.", IsPositive = true)]
    public double Megabytes { get; init; } = 16;

    [Setting("Tokens of the vocabulary that is learned.", Minimum = 100)]
    public int Vocabulary { get; init; } = 8000;

    [Setting("Tokens of a sequence.", Minimum = 8)]
    public int Context { get; init; } = 128;
}

/// <summary>The recipe <c>bert-mlm</c>: a small BERT on masked tokens and on which part of a text follows which.</summary>
internal sealed class MaskedLanguageModelRecipe : CorpusRecipe<MaskedLanguageModelConfiguration>
{
    public override string Name => "bert-mlm";

    public override string Description => "A small BERT, to guess masked tokens of the Linux kernel's documentation.";

    public override Settings Settings { get; } = Settings.Of<MaskedLanguageModelConfiguration>();

    public static BertPretraining CreateModel(MaskedLanguageModelConfiguration configuration, int vocabularySize, RandomGenerator random) =>
        new(new BertConfiguration(configuration.Layers, configuration.Width, configuration.Heads)
        {
            VocabularySize = vocabularySize,
            ContextLength = configuration.Context,
            Dropout = configuration.Dropout,
        }, random);

    protected override (byte[] Training, byte[] Validation) Load(MaskedLanguageModelConfiguration configuration, string text)
    {
        var (training, validation) = base.Load(configuration, text);
        return (Beginning(training, configuration.Megabytes), Beginning(validation, configuration.Megabytes / 20));
    }

    protected override Tokenizer Train(MaskedLanguageModelConfiguration configuration, byte[] training, byte[] validation) =>
        WordPieceTrainer.Train([training], configuration.Vocabulary);

    protected override TrainingJob Job(MaskedLanguageModelConfiguration configuration, Tokenizer tokenizer, TokenFiles text) => new MaskedLanguageModelJob(configuration, tokenizer, text);

    // Lines are the sentences, and a form feed begins a document.
    protected override void Encode(Tokenizer tokenizer, byte[] text, string path)
    {
        var separator = tokenizer.SpecialTokens["[SEP]"];
        TokenFile.Write(path, tokenizer.VocabularySize, writer =>
        {
            var ids = new List<int>();
            foreach (var range in new ReadOnlyMemory<byte>(text).Span.Split((byte)'\n'))
            {
                var line = text.AsSpan(range);
                if (line.IsEmpty)
                    continue;
                ids.Clear();
                if (line[0] != '\f')
                    tokenizer.Encode(line, ids);
                ids.Add(separator);
                writer.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids));
            }
        });
    }

    private static byte[] Beginning(byte[] text, double megabytes)
    {
        var length = (int)Math.Min(text.Length, megabytes * 1e6);
        var end = text.AsSpan(0, length).LastIndexOf((byte)'\n');
        return length == text.Length || end < 0 ? text : text[..(end + 1)];
    }
}

/// <summary>A BERT and its text.</summary>
internal sealed class MaskedLanguageModelJob : TextJob<MaskedLanguageModelConfiguration>
{
    private readonly TokenFiles text;
    private readonly BertPretraining model;
    private readonly MaskedLanguageModelBatches trainingBatches;
    private readonly MaskedLanguageModelBatches validationBatches;

    public MaskedLanguageModelJob(MaskedLanguageModelConfiguration configuration, Tokenizer tokenizer, TokenFiles text)
        : base(configuration)
    {
        CheckWidth(configuration);
        this.text = text;
        Model = model = MaskedLanguageModelRecipe.CreateModel(configuration, tokenizer.VocabularySize, Random);
        var special = tokenizer.SpecialTokens;
        var options = new MaskedLanguageModelOptions
        {
            BatchSize = configuration.Batch,
            Length = configuration.Context,
            Class = special["[CLS]"],
            Separator = special["[SEP]"],
            Mask = special["[MASK]"],
            Padding = special["[PAD]"],
            FirstOrdinary = special.Values.Max() + 1,
            Seed = (ulong)configuration.Seed,
        };
        trainingBatches = new MaskedLanguageModelBatches(text.Training, options);
        validationBatches = new MaskedLanguageModelBatches(text.Validation, options with { Shuffle = false, Seed = 1 });
    }

    public override Module Model { get; }

    // The loss is that of the masked tokens, whose logits alone are computed; the next sentence's is added, with a weight that makes
    // it count as one token of each sequence.
    public override Objective Objective => batch =>
    {
        var (encoded, pooled) = model.Bert.Forward(batch[0], batch[1], batch[2]);
        var rows = encoded.Reshape(encoded.Shape[0] * encoded.Shape[1], encoded.Shape[2]);
        var outcome = OutcomeOf(model.TokenLogits(rows.IndexSelect(0, batch[3])), batch[4]);
        return model.Training ? outcome with { LossSum = outcome.LossSum + model.NextSentenceLogits(pooled).CrossEntropy(batch[5], reduction: LossReduction.Sum) } : outcome;
    };

    public override BatchSource Training => Endless(trainingBatches.BatchesPerEpoch, trainingBatches.Epoch);

    public override IEnumerable<TensorData[]> Validation => validationBatches.Epoch(0, 0).Select(batch => batch.ToArray());

    public override string Items => "masked tokens";

    public override string Summary => $"{text.Summary}, {Parameters:N0} parameters";

    protected override LearningRateSchedule Schedule => new CosineSchedule(Configuration.LearningRate, Configuration.Steps, Minimum: 0, Configuration.WarmUp);

    protected override double? BytesPerToken => null;

    public override void Dispose()
    {
        base.Dispose();
        text.Dispose();
    }
}
