using System.Text;
using ComputeCore.Cli.Configuration;
using ComputeCore.Cli.Runs;
using ComputeCore.Data;
using ComputeCore.Devices;
using ComputeCore.Formats;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Text;
using Spectre.Console;

namespace ComputeCore.Cli.Recipes;

/// <summary>The settings of <see cref="TranslationRecipe"/>.</summary>
internal sealed record TranslationRecipeConfiguration : TextConfiguration
{
    public TranslationRecipeConfiguration()
    {
        (Layers, Heads, Width, Dropout) = (3, 4, 256, 0.1);
        (Steps, WarmUp, LearningRate, WeightDecay, ValidateEvery) = (3000, 400, 1e-3, 0.01, 250);
    }

    [Setting("Features inside of the feed-forward layers.", Minimum = 1)]
    public int Hidden { get; init; } = 1024;

    [Setting("Tokens of the vocabulary that both languages share.", Minimum = 300)]
    public int Vocabulary { get; init; } = 8000;

    [Setting("Tokens of a batch's sources, and of its targets, padding included.", Minimum = 64)]
    public int BatchTokens { get; init; } = 2048;

    [Setting("The longest sentence, in tokens; pairs with a longer one are left out.", Minimum = 8)]
    public int Context { get; init; } = 96;

    [Setting("Pairs whose English has fewer words are left out.", Minimum = 1)]
    public int MinimumWords { get; init; } = 5;

    [Setting("The share of the target distribution that is spread over all tokens.", Minimum = 0, Maximum = 0.99)]
    public double LabelSmoothing { get; init; } = 0.1;

    [Setting("The schedule: noam (rises, then falls with the root of the step) or cosine.")]
    public string Schedule { get; init; } = "noam";
}

/// <summary>The recipe <c>translate</c>: the original Transformer, from English to Chinese, on LibreOffice's help.</summary>
internal sealed class TranslationRecipe : Recipe
{
    public const string Id = "translate";
    public static readonly string[] SpecialTokens = ["<pad>", "<s>", "</s>"];

    public override string Name => Id;

    public override string Description => "The original Transformer, from English to Chinese, on the sentences of LibreOffice's help.";

    public override Settings Settings { get; } = Settings.Of<TranslationRecipeConfiguration>();

    public override TrainingJob Prepare(object configuration, RunFolder folder, string? data)
    {
        var settings = (TranslationRecipeConfiguration)configuration;
        if (settings.Schedule is not ("noam" or "cosine"))
            throw new ArgumentException($"The schedule is 'noam' or 'cosine', not '{settings.Schedule}'.");
        var source = data ?? DataSources.Fetch("libreoffice-help");
        var (training, validation, test) = (Pairs(source, "train.tsv", settings), Pairs(source, "validation.tsv", settings), Pairs(source, "test.tsv", settings));
        if (!File.Exists(folder.TokenizerFile))
        {
            var trained = BytePairTrainer.Train([.. training.Select(pair => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{pair.Source}\n{pair.Target}\n"))], settings.Vocabulary, SpecialTokens);
            folder.Create();
            trained.Save(folder.TokenizerFile);
        }

        return new TranslationJob(settings, Tokenizer.Load(folder.TokenizerFile), training, validation, test);
    }

    public static TranslationTransformer CreateModel(TranslationRecipeConfiguration configuration, int vocabularySize, RandomGenerator random) =>
        new(new TranslationConfiguration(configuration.Layers, configuration.Width, configuration.Heads, configuration.Hidden)
        {
            VocabularySize = vocabularySize,
            ContextLength = configuration.Context,
            Dropout = configuration.Dropout,
            HasFinalNorm = true,
        }, random);

    // A line is page, English, Chinese, with tabs between them.
    private static List<(string Source, string Target)> Pairs(string folder, string file, TranslationRecipeConfiguration settings)
    {
        var path = Path.Combine(folder, file);
        var lines = Encoding.UTF8.GetString(TextSources.Read(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var pairs = new List<(string, string)>();
        foreach (var (line, number) in lines.Select((line, index) => (line, index + 1)))
        {
            var fields = line.Split('\t');
            if (fields.Length != 3)
                throw new InvalidFileException(path, $"has {fields.Length} fields in line {number}; a line is page, English and Chinese with tabs between them");
            if (fields[1].Split(' ').Length >= settings.MinimumWords)
                pairs.Add((fields[1], fields[2]));
        }

        return pairs.Count > 0 ? pairs : throw new InvalidFileException(path, $"has no pair whose English has {settings.MinimumWords} words");
    }
}

/// <summary>A translation model and its sentences.</summary>
internal sealed class TranslationJob : TextJob<TranslationRecipeConfiguration>
{
    private const int Beams = 4;

    private readonly Tokenizer tokenizer;
    private readonly List<(string Source, string Target)> test;
    private readonly int leftOut;
    private readonly TranslationTransformer model;
    private readonly SentencePairBatches training;
    private readonly SentencePairBatches validation;

    public TranslationJob(
        TranslationRecipeConfiguration configuration, Tokenizer tokenizer, IReadOnlyList<(string Source, string Target)> training, IReadOnlyList<(string Source, string Target)> validation,
        List<(string Source, string Target)> test)
        : base(configuration)
    {
        CheckWidth(configuration);
        this.tokenizer = tokenizer;
        // With the end, as for training and validation.
        this.test = [.. test.Where(pair => tokenizer.Encode(pair.Source).Length < configuration.Context)];
        leftOut = test.Count - this.test.Count;
        Model = model = TranslationRecipe.CreateModel(configuration, tokenizer.VocabularySize, Random);
        var options = new SentencePairOptions
        {
            TokensPerBatch = configuration.BatchTokens,
            LongestSentence = configuration.Context,
            LengthStep = 16,
            Padding = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[0]],
            Beginning = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[1]],
            End = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[2]],
            Seed = (ulong)configuration.Seed,
        };
        this.training = new SentencePairBatches(Encode(training), options);
        this.validation = new SentencePairBatches(Encode(validation), options with { Shuffle = false });
    }

    public override Module Model { get; }

    public override Objective Objective => batch =>
        OutcomeOf(model.Forward(batch[0], batch[2], batch[1]), batch[4], model.Training ? Configuration.LabelSmoothing : 0);

    public override BatchSource Training => Endless(training.BatchesPerEpoch, training.Epoch);

    public override IEnumerable<TensorData[]> Validation => validation.Epoch(0, 0).Select(batch => batch.ToArray());

    public override string Summary =>
        $"{training.Count:N0} pairs to train on, {validation.Count:N0} to validate, {test.Count:N0} to test, a vocabulary of {model.VocabularySize:N0}, {Parameters:N0} parameters";

    protected override (double First, double Second) Betas => (0.9, 0.98);

    protected override double AdamEpsilon => 1e-9;

    // Noam's, scaled so that its peak is the learning rate asked for.
    protected override LearningRateSchedule Schedule => Configuration.Schedule == "noam"
        ? new NoamSchedule(Configuration.Width, Math.Max(1, Configuration.WarmUp), Configuration.LearningRate * Math.Sqrt((double)Configuration.Width * Math.Max(1, Configuration.WarmUp)))
        : new CosineSchedule(Configuration.LearningRate, Configuration.Steps, Minimum: 0, Configuration.WarmUp);

    protected override double? BytesPerToken => null;

    public override JobEvaluation Evaluate(Device device)
    {
        var validated = base.Evaluate(device);
        using var translator = new Translator(device, model, tokenizer, Beams, lengthPenalty: 0.6);
        string[] translations = [.. test.Select(pair => translator.Translate(pair.Source))];
        var bleu = Bleu.Of(translations, [.. test.Select(pair => (IReadOnlyList<string>)[pair.Target])], BleuTokenization.Chinese);
        var samples = test.Zip(translations, (pair, translation) => new { pair.Source, Reference = pair.Target, Translation = translation });
        return new JobEvaluation(
            new Dictionary<string, object>(validated.Fields) { ["bleu"] = bleu.Score, ["signature"] = $"{bleu.Signature}|beam:{Beams}", ["sentences"] = test.Count, ["leftOut"] = leftOut, ["translations"] = samples },
            () =>
            {
                validated.Print();
                foreach (var (pair, translation) in test.Zip(translations).Where((_, i) => i % Math.Max(1, test.Count / 10) == 0).Take(10))
                    AnsiConsole.WriteLine($"  {pair.Source}\n    {translation}\n    {pair.Target} (reference)");
                AnsiConsole.WriteLine($"BLEU {bleu.Score:F2} on {test.Count:N0} sentences{(leftOut > 0 ? $", without {leftOut} longer than the model's context" : "")} ({string.Join("/", bleu.Precisions.Select(precision => $"{precision:F1}"))}, brevity {bleu.BrevityPenalty:F3})\n{bleu.Signature}, beam {Beams}");
            });
    }

    private List<SentencePair> Encode(IEnumerable<(string Source, string Target)> pairs) =>
        [.. pairs.Select(pair => new SentencePair(tokenizer.Encode(pair.Source), tokenizer.Encode(pair.Target)))];
}
