using ComputeCore.Cli.Configuration;
using ComputeCore.Cli.Runs;
using ComputeCore.Data;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Text;

namespace ComputeCore.Cli.Recipes;

/// <summary>The settings of <see cref="MaskedLanguageModelRecipe"/>.</summary>
internal sealed record MaskedLanguageModelConfiguration : TextConfiguration
{
    public MaskedLanguageModelConfiguration()
    {
        (Width, Dropout, Steps, WarmUp, LearningRate, WeightDecay) = (128, 0.1, 2000, 200, 1e-3, 0.01);
    }

    [Setting("A text, or files with commas between them.")]
    public string Text { get; init; } = "linux-doc";

    [Setting("Millions of bytes of the text that are used, from its beginning.", IsPositive = true)]
    public double Megabytes { get; init; } = 16;

    [Setting("Tokens of the vocabulary that is learned.", Minimum = 100)]
    public int Vocabulary { get; init; } = 8000;

    [Setting("Tokens of a sequence.", Minimum = 8)]
    public int Context { get; init; } = 128;

    [Setting("Sequences in a batch.", Minimum = 1)]
    public int Batch { get; init; } = 16;
}

/// <summary>The recipe <c>bert-mlm</c>: a small BERT on masked tokens and on which part of a text follows which.</summary>
internal sealed class MaskedLanguageModelRecipe : Recipe
{
    public override string Name => "bert-mlm";

    public override string Description => "A small BERT, to guess masked tokens of the Linux kernel's documentation.";

    public override Settings Settings { get; } = Settings.Of<MaskedLanguageModelConfiguration>();

    public override TrainingJob Prepare(object configuration, RunFolder folder, string? data)
    {
        var settings = (MaskedLanguageModelConfiguration)configuration;
        if (!File.Exists(folder.ValidationTokensFile))
        {
            var (training, validation) = TextSources.Load(data ?? settings.Text);
            training = Beginning(training, settings.Megabytes);
            validation = Beginning(validation, settings.Megabytes / 20);
            var tokenizer = WordPieceTrainer.Train([training], settings.Vocabulary);
            folder.Create();
            tokenizer.Save(folder.TokenizerFile);
            Encode(tokenizer, training, folder.TrainingTokensFile);
            Encode(tokenizer, validation, folder.ValidationTokensFile);
        }

        return new MaskedLanguageModelJob(settings, Tokenizer.Load(folder.TokenizerFile), TokenFile.Open(folder.TrainingTokensFile), TokenFile.Open(folder.ValidationTokensFile));
    }

    public static BertPretraining CreateModel(MaskedLanguageModelConfiguration configuration, int vocabularySize, RandomGenerator random) =>
        new(new BertConfiguration(configuration.Layers, configuration.Width, configuration.Heads)
        {
            VocabularySize = vocabularySize,
            ContextLength = configuration.Context,
            Dropout = configuration.Dropout,
        }, random);

    // Lines are the sentences, and a form feed begins a document.
    private static void Encode(Tokenizer tokenizer, byte[] text, string path)
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
    private readonly TokenFile training;
    private readonly TokenFile validation;
    private readonly BertPretraining model;
    private readonly MaskedLanguageModelBatches trainingBatches;
    private readonly MaskedLanguageModelBatches validationBatches;

    public MaskedLanguageModelJob(MaskedLanguageModelConfiguration configuration, Tokenizer tokenizer, TokenFile training, TokenFile validation)
        : base(configuration)
    {
        CheckWidth(configuration);
        (this.training, this.validation) = (training, validation);
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
        trainingBatches = new MaskedLanguageModelBatches(training, options);
        validationBatches = new MaskedLanguageModelBatches(validation, options with { Shuffle = false, Seed = 1 });
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

    public override string Summary =>
        $"{training.Count:N0} tokens to train on, {validation.Count:N0} to validate, {Parameters:N0} parameters";

    protected override LearningRateSchedule Schedule => new CosineSchedule(Configuration.LearningRate, Configuration.Steps, Minimum: 0, Configuration.WarmUp);

    protected override double? BytesPerToken => null;

    public override void Dispose()
    {
        base.Dispose();
        training.Dispose();
        validation.Dispose();
    }
}
