using ComputeCore.Cli.Configuration;
using ComputeCore.Cli.Runs;
using ComputeCore.Data;
using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Recipes;

/// <summary>The settings of <see cref="FashionMnistRecipe"/>.</summary>
internal sealed record FashionMnistConfiguration : RecipeConfiguration
{
    [Setting("Passes over the training images.", Minimum = 1, ChangesOnResume = true)]
    public int Epochs { get; init; } = 3;

    [Setting("Images in a batch.", Minimum = 1)]
    public int Batch { get; init; } = 64;

    [Setting("The learning rate.", Key = "lr", IsPositive = true)]
    public double LearningRate { get; init; } = 1e-3;
}

/// <summary>
/// The reference recipe <c>fashion-mnist</c>: the small CNN on Fashion-MNIST, batches of 64, Adam at 1e-3, pixels in [0, 1].
/// </summary>
internal sealed class FashionMnistRecipe : Recipe
{
    public const string Id = "fashion-mnist";

    public override string Name => Id;

    public override string Description => "A small convolutional network on Fashion-MNIST.";

    public override Settings Settings { get; } = Settings.Of<FashionMnistConfiguration>();

    public static Sequential CreateModel(RandomGenerator random) => SmallCnn.Create(random);

    /// <summary>From a batch to the sum of its losses and the correct answers.</summary>
    public static Objective Objective(Sequential model) => batch =>
    {
        var (images, labels) = (batch[0], batch[1]);
        var logits = model.Forward(images);
        return new BatchOutcome(
            logits.CrossEntropy(labels, reduction: LossReduction.Sum), Tensor.Scalar(labels.Shape[0]), logits.ArgMax(1).EqualTo(labels).Cast(ElementType.Float32).Sum());
    };

    /// <summary>A batch of noise, of the types of the data set's.</summary>
    public static TensorData[] RandomBatch(int batch, RandomGenerator random) =>
        [random.Uniform([batch, 1, 28, 28], 0, 1), TensorData.From([batch], [.. Enumerable.Range(0, batch).Select(i => (long)(i % 10))])];

    public override TrainingJob Prepare(object configuration, RunFolder folder, string? data)
    {
        var (training, test) = FashionMnist.Load(data ?? DataSources.Fetch(Id));
        return new FashionMnistJob((FashionMnistConfiguration)configuration, training, test);
    }
}

/// <summary>The reference CNN and its images.</summary>
internal sealed class FashionMnistJob : TrainingJob
{
    // Large batches would make the test, not the training, the peak of memory.
    private const int TestBatch = 50;

    private readonly ImageClassificationDataset training;
    private readonly ImageClassificationDataset test;
    private readonly DataLoaderOptions loading;
    private readonly int batchesPerEpoch;
    private readonly Sequential model;

    public FashionMnistJob(FashionMnistConfiguration configuration, ImageClassificationDataset training, ImageClassificationDataset test)
    {
        (this.training, this.test) = (training, test);
        loading = new DataLoaderOptions { BatchSize = configuration.Batch, Seed = (ulong)configuration.Seed };
        batchesPerEpoch = (training.Count + configuration.Batch - 1) / configuration.Batch;
        Random = new RandomGenerator(configuration.Seed);
        Model = model = FashionMnistRecipe.CreateModel(Random);
        Optimizer = new Adam(model.Parameters(), configuration.LearningRate);
        Options = new TrainingOptions
        {
            Steps = (long)configuration.Epochs * batchesPerEpoch,
            StepsPerValidation = batchesPerEpoch,
            Schedule = new ConstantSchedule(configuration.LearningRate),
        };
    }

    public override RandomGenerator Random { get; }

    public override Module Model { get; }

    public override Optimizer Optimizer { get; }

    public override TrainingOptions Options { get; }

    public override Objective Objective => FashionMnistRecipe.Objective(model);

    public override BatchSource Training => first => Batches(training, loading, new DataPosition((int)(first / batchesPerEpoch), (int)(first % batchesPerEpoch)));

    public override IEnumerable<TensorData[]> Validation =>
        Batches(test, new DataLoaderOptions { BatchSize = TestBatch, Shuffle = false }, default).Take((test.Count + TestBatch - 1) / TestBatch);

    public override string Items => "images";

    public override string Summary => $"{training.Count:N0} training and {test.Count:N0} test images, {Parameters:N0} parameters";

    public override string DocumentList => "epochs";

    public override string Stretch(long step) => $"epoch {Epoch(step)}";

    public override object Metrics(in StepReport report) => new
    {
        report.Step,
        Epoch = Epoch(report.Step),
        report.Loss,
        report.Accuracy,
        report.LearningRate,
        ImagesPerSecond = report.ItemsPerSecond,
        PeakMemoryBytes = ProcessMemory.PeakBytes(),
    };

    public override string Describe(ValidationReport report) =>
        $"epoch {report.Number}  loss {report.TrainLoss:F4}  test loss {report.Loss:F4}  test accuracy {report.Accuracy:P2}{(report.IsBest ? " (best)" : "")}  {report.Seconds:F1} s";

    public override object Document(ValidationReport report) => new
    {
        Epoch = report.Number,
        report.TrainLoss,
        report.TrainAccuracy,
        TestLoss = report.Loss,
        TestAccuracy = report.Accuracy,
        report.Seconds,
        ImagesPerSecond = report.ItemsPerSecond,
    };

    public override void Draw(Device device, IReadOnlyList<ValidationReport> validations, RunFolder folder)
    {
        Charts.Curves(validations, "epoch", report => report.Number, folder.CurvesFile);
        Charts.Confusion(Evaluation.Of(device, model, Validation, test.ClassNames.Count).Confusion, test.ClassNames, folder.ConfusionFile);
    }

    public override JobEvaluation Evaluate(Device device)
    {
        var evaluation = Evaluation.Of(device, model, Validation, test.ClassNames.Count);
        ClassResult[] classes = [.. test.ClassNames.Select((name, i) => Result(name, i, evaluation.Confusion))];
        return new JobEvaluation(
            new Dictionary<string, object>
            {
                ["images"] = test.Count,
                ["loss"] = evaluation.Loss,
                ["accuracy"] = evaluation.Accuracy,
                ["classes"] = classes,
                ["confusion"] = evaluation.Confusion,
            },
            () => Print(evaluation, classes));
    }

    private long Epoch(long step) => (step - 1) / batchesPerEpoch + 1;

    private static IEnumerable<TensorData[]> Batches(ImageClassificationDataset data, DataLoaderOptions options, DataPosition start)
    {
        using var loader = new DataLoader(data, options, start);
        while (true)
        {
            var batch = loader.Next();
            yield return [batch.Images, batch.Labels];
        }
    }

    private static ClassResult Result(string name, int index, IReadOnlyList<int[]> confusion)
    {
        var right = confusion[index][index];
        return new ClassResult(name, Share(right, confusion.Sum(row => row[index])), Share(right, confusion[index].Sum()));

        static double Share(int part, int whole) => whole == 0 ? 0 : part / (double)whole;
    }

    private void Print(Evaluation evaluation, ClassResult[] classes)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Class").AddColumn("Precision", column => column.RightAligned()).AddColumn("Recall", column => column.RightAligned());
        foreach (var result in classes)
            table.AddRow(Markup.Escape(result.Name), $"{result.Precision:P1}", $"{result.Recall:P1}");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{test.Count:N0} images: loss {evaluation.Loss:F4}, accuracy {evaluation.Accuracy:P2}");
    }

    /// <param name="Name">The class.</param>
    /// <param name="Precision">Of the images taken for this class, the share that is.</param>
    /// <param name="Recall">Of the images of this class, the share taken for it.</param>
    private sealed record ClassResult(string Name, double Precision, double Recall);
}
