using ComputeCore.Cli.Configuration;
using ComputeCore.Cli.Runs;
using ComputeCore.Devices;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Recipes;

/// <summary>What all recipes on text let the user set.</summary>
internal abstract record TextConfiguration : RecipeConfiguration
{
    [Setting("Layers of the model.", Minimum = 1)]
    public int Layers { get; init; } = 4;

    [Setting("Attention heads; the width is a multiple of them.", Minimum = 1)]
    public int Heads { get; init; } = 4;

    [Setting("Features of a token.", Minimum = 1)]
    public int Width { get; init; } = 128;

    [Setting("The probability of dropout.", Minimum = 0, Maximum = 0.99)]
    public double Dropout { get; init; }

    [Setting("Steps in all.", Minimum = 1, ChangesOnResume = true)]
    public int Steps { get; init; } = 2000;

    [Setting("The largest learning rate.", Key = "lr", IsPositive = true)]
    public double LearningRate { get; init; } = 1e-3;

    [Setting("Steps in which the learning rate grows.", Minimum = 0)]
    public int WarmUp { get; init; } = 100;

    [Setting("Decoupled weight decay of matrices.", Minimum = 0)]
    public double WeightDecay { get; init; } = 0.1;

    [Setting("Whether embeddings decay too.")]
    public bool DecayEmbeddings { get; init; } = true;

    [Setting("The largest norm of all gradients together; longer ones are scaled down to it.", IsPositive = true)]
    public double Clip { get; init; } = 1;

    [Setting("Batches that make one step, one after the other.", Minimum = 1)]
    public int MicroBatches { get; init; } = 1;

    [Setting("Steps between two validations.", Minimum = 1)]
    public int ValidateEvery { get; init; } = 250;
}

/// <summary>What recipes on text have in common: AdamW with decay groups, clipping, and losses told per token and per byte.</summary>
internal abstract class TextJob<T>(T configuration) : TrainingJob
    where T : TextConfiguration
{
    private Optimizer? optimizer;

    public override RandomGenerator Random { get; } = new(configuration.Seed);

    public override Optimizer Optimizer => optimizer ??=
        new AdamW(AdamW.DecayGroups(Model.Parameters(), configuration.WeightDecay, configuration.DecayEmbeddings ? null : Embeddings()), configuration.LearningRate)
        {
            Betas = Betas,
            Epsilon = AdamEpsilon,
            MaximumGradientNorm = configuration.Clip,
        };

    public override TrainingOptions Options => new()
    {
        Steps = configuration.Steps,
        StepsPerValidation = configuration.ValidateEvery,
        Schedule = Schedule,
        MicroBatches = configuration.MicroBatches,
        StepsPerCheckpoint = configuration.ValidateEvery,
    };

    public override string Items => "tokens";

    protected T Configuration => configuration;

    protected virtual (double First, double Second) Betas => (0.9, 0.99);

    protected virtual double AdamEpsilon => 1e-8;

    protected abstract LearningRateSchedule Schedule { get; }

    /// <summary>Bytes of text for each token that is predicted; null where tokens are no text that a loss could be spread over.</summary>
    protected abstract double? BytesPerToken { get; }

    public override object Metrics(in StepReport report) => new
    {
        report.Step,
        report.Loss,
        report.Accuracy,
        report.LearningRate,
        TokensPerSecond = report.ItemsPerSecond,
        PeakMemoryBytes = ProcessMemory.PeakBytes(),
    };

    public override string Describe(ValidationReport report) =>
        $"step {report.Step}  loss {report.TrainLoss:F4}  validation loss {report.Loss:F4} nats{(BitsPerByte(report.Loss) is { } bits ? $", {bits:F3} bits/byte" : "")}  accuracy {report.Accuracy:P1}{(report.IsBest ? " (best)" : "")}  {report.ItemsPerSecond:N0} tokens/s";

    public override object Document(ValidationReport report) => new
    {
        report.Step,
        report.TrainLoss,
        report.TrainAccuracy,
        ValidationLoss = report.Loss,
        ValidationAccuracy = report.Accuracy,
        BitsPerByte = BitsPerByte(report.Loss),
        report.Seconds,
        TokensPerSecond = report.ItemsPerSecond,
    };

    public override void Draw(Device device, IReadOnlyList<ValidationReport> validations, RunFolder folder) =>
        Charts.Curves(validations, "step", report => report.Step, folder.CurvesFile);

    public override JobEvaluation Evaluate(Device device)
    {
        using var trainer = new Trainer(device, Model, Objective, Optimizer, Random, Options);
        var (loss, accuracy) = trainer.Validate(Validation);
        var fields = new Dictionary<string, object> { ["validationLoss"] = loss, ["perplexity"] = Math.Exp(loss), ["accuracy"] = accuracy };
        if (BitsPerByte(loss) is { } bits)
            fields["bitsPerByte"] = bits;
        return new JobEvaluation(fields, () => AnsiConsole.WriteLine($"validation loss {loss:F4} nats a token, perplexity {Math.Exp(loss):F2}{(BitsPerByte(loss) is { } bits ? $", {bits:F4} bits a byte" : "")}, accuracy {accuracy:P2}"));
    }

    /// <summary>The batches of all epochs, one epoch after the other.</summary>
    protected static BatchSource Endless(int batchesPerEpoch, Func<int, int, IEnumerable<IReadOnlyList<TensorData>>> epoch)
    {
        return From;

        IEnumerable<TensorData[]> From(long first)
        {
            for (var (number, batch) = ((int)(first / batchesPerEpoch), (int)(first % batchesPerEpoch)); ; (number, batch) = (number + 1, 0))
                foreach (var tensors in epoch(number, batch))
                    yield return [.. tensors];
        }
    }

    /// <summary>Requires that heads divide the width.</summary>
    protected static void CheckWidth(TextConfiguration configuration)
    {
        if (configuration.Width % configuration.Heads != 0)
            throw new ArgumentException($"A width of {configuration.Width} can't be cut into {configuration.Heads} heads; take a multiple.");
    }

    /// <summary>The sum of the losses of tokens that are to be predicted, how many there are, and how many were predicted rightly.</summary>
    /// <param name="logits">[..., V].</param>
    /// <param name="targets">i64 [...].</param>
    /// <param name="labelSmoothing">In training.</param>
    protected static BatchOutcome OutcomeOf(Tensor logits, Tensor targets, double labelSmoothing = 0)
    {
        const long Ignored = -100;
        var (rows, vocabulary) = ((int)targets.Shape.ElementCount, logits.Shape[-1]);
        logits = logits.Reshape(rows, vocabulary);
        targets = targets.Reshape(rows);
        return new BatchOutcome(
            logits.CrossEntropy(targets, reduction: LossReduction.Sum, ignoreIndex: Ignored, labelSmoothing: labelSmoothing),
            targets.NotEqualTo(Tensor.Scalar(Ignored, ElementType.Int64)).Cast(ElementType.Float32).Sum(),
            logits.ArgMax(1).EqualTo(targets).Cast(ElementType.Float32).Sum());
    }

    private double? BitsPerByte(double loss) => loss / Math.Log(2) / BytesPerToken;

    private HashSet<Variable> Embeddings() =>
        [.. Model.Descendants().Where(module => module.Module is Embedding or LearnedPositions).SelectMany(module => module.Module.Parameters()).Select(parameter => parameter.Variable)];
}
