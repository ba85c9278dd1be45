using ComputeCore.Devices;

namespace ComputeCore.Nn.Tests.Training;

/// <summary>A training of a small model with convolution, batch normalization and dropout, and all that it reported.</summary>
internal sealed class Training : ITrainingObserver, IDisposable
{
    private const int Side = 8;
    private const int Batches = 5;

    private CancellationTokenSource cancellation = new();
    private long stopAfter;
    private long failAfter;

    public Training(Device device, TrainingOptions options, Sequential? model = null, int seed = 1)
    {
        Random = new RandomGenerator(seed);
        Model = model ?? new Sequential(
            new Conv2d(1, 4, 3, Random), new BatchNorm2d(4), new Relu(), new Dropout(0.3, Random), new Flatten(), new Linear(4 * 6 * 6, Problem.Classes, Random));
        Optimizer = new Adam(Model.Parameters());
        Trainer = new Trainer(device, Model, Objective, Optimizer, Random, options);
        StateAfterStep = State;
    }

    public Sequential Model { get; }

    public Optimizer Optimizer { get; }

    public RandomGenerator Random { get; }

    public Trainer Trainer { get; }

    /// <summary>Changes a batch before the step of a number, from 1.</summary>
    public Action<long, TensorData[]> Spoil { get; set; } = (_, _) => { };

    /// <summary>What the validations shall give; by default what they do.</summary>
    public double[]? ValidationLosses { get; init; }

    public List<double> Losses { get; } = [];

    public List<ValidationReport> Validations { get; } = [];

    /// <summary>Everything that training changes: model, optimizer, generator.</summary>
    public byte[][] State => Problem.Bytes([.. Model.State(), .. Optimizer.State, ("random", Random.State)]);

    public byte[][] StateAfterStep { get; private set; }

    public List<byte[][]> StateAfterValidation { get; } = [];

    public TrainingEnd Run(long stopAfter = long.MaxValue, long failAfter = long.MaxValue)
    {
        (this.stopAfter, this.failAfter) = (stopAfter, failAfter);
        cancellation = new CancellationTokenSource();
        return Trainer.Run(TrainingData, ValidationData, this, cancellation.Token);
    }

    public void OnStep(in StepReport report)
    {
        Losses.Add(report.Loss);
        StateAfterStep = State;
        if (report.Step >= failAfter)
            throw new InvalidTimeZoneException("an exception that nothing else throws");
        if (report.Step >= stopAfter)
            cancellation.Cancel();
    }

    public void OnValidation(ValidationReport report)
    {
        Validations.Add(report);
        StateAfterValidation.Add(State);
    }

    public void Dispose()
    {
        Trainer.Dispose();
        Optimizer.Dispose();
        Random.Dispose();
        cancellation.Dispose();
    }

    // A third tensor of a validation batch says what its loss shall be.
    private BatchOutcome Objective(IReadOnlyList<Tensor> batch)
    {
        var outcome = Problem.Classification(Model)(batch);
        return batch.Count == 3 ? outcome with { LossSum = batch[2] * outcome.Count } : outcome;
    }

    private IEnumerable<TensorData[]> TrainingData(long firstBatch)
    {
        for (var i = (int)firstBatch; ; i++)
        {
            // The last batch of an epoch is smaller, as a data set's often is.
            var batch = Problem.Batch(i % Batches == Batches - 1 ? 8 : 16, Side, seed: i);
            Spoil(i + 1, batch);
            yield return batch;
        }
    }

    private IEnumerable<TensorData[]> ValidationData
    {
        get
        {
            var batch = Problem.Batch(32, Side, seed: -1);
            yield return ValidationLosses is null ? batch : [.. batch, TensorData.Scalar((float)ValidationLosses[Validations.Count])];
        }
    }
}
