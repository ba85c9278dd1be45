using System.Diagnostics;
using ComputeCore.Devices;

namespace ComputeCore.Nn;

/// <summary>
/// The training loop: steps, a validation every so many of them, checkpoints, early stopping. A training that was stopped
/// anywhere goes on from its last checkpoint to the same bits as one that was not.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Module model;
    private readonly Optimizer optimizer;
    private readonly RandomGenerator random;
    private readonly TrainingOptions options;
    private readonly Function train;
    private readonly Function update;
    private readonly Function validate;
    private readonly TensorData[] outcome = [TensorData.Scalar(0f), TensorData.Scalar(0f), TensorData.Scalar(0f)];

    /// <summary>Makes a trainer; nothing runs yet.</summary>
    /// <param name="device">Where the model is trained.</param>
    /// <param name="model">The model, whose variables are trained.</param>
    /// <param name="objective">From a batch to its loss, through the model.</param>
    /// <param name="optimizer">How the model's parameters are updated.</param>
    /// <param name="random">The generator that the model's dropout uses; its state is saved with the checkpoint.</param>
    /// <param name="options">Steps, schedule, checkpoints.</param>
    public Trainer(Device device, Module model, Objective objective, Optimizer optimizer, RandomGenerator random, TrainingOptions options)
    {
        this.model = model;
        this.optimizer = optimizer;
        this.random = random;
        this.options = options;
        foreach (var (name, variable) in model.State())
            variable.Name = name;

        train = new Function(device, batch =>
        {
            model.Train();
            Variable[] untrained = [.. model.Buffers().Select(buffer => buffer.Variable), random.State];
            Tensor[] before = [.. untrained.Select(variable => variable.ToTensor())];
            var (lossSum, count, correct) = objective(batch);
            if (options.MicroBatches == 1)
                optimizer.Minimize(lossSum, count);
            else
                optimizer.Accumulate(lossSum, count);
            // A batch with a bad loss changes nothing, so that it can be run again and watched: see NotFinite.
            var isFinite = (lossSum - lossSum).EqualTo(Tensor.Scalar(0));
            foreach (var (variable, old) in untrained.Zip(before))
                if (variable.ToTensor() is var value && value != old)
                    variable.Assign(isFinite.Where(value, old));
            return [lossSum, count, correct];
        });
        update = new Function(device, _ =>
        {
            optimizer.ApplyAccumulated();
            return [];
        });
        validate = new Function(device, batch =>
        {
            model.Train(false);
            var (lossSum, count, correct) = objective(batch);
            return [lossSum, count, correct];
        });
    }

    /// <summary>Where training stands.</summary>
    public TrainingProgress Progress { get; private set; } = new();

    /// <summary>Takes up the state of the last checkpoint in the options' folder.</summary>
    /// <exception cref="Formats.InvalidFileException">There is none, it is damaged, or it belongs to another model.</exception>
    public void Resume() => Progress = Checkpoint.Load(Checkpoint.LastIn(CheckpointFolder), model, optimizer, random);

    /// <summary>Trains from where <see cref="Progress"/> stands to the last step.</summary>
    /// <param name="trainingData">Batches to train on.</param>
    /// <param name="validationData">Batches to validate with, gone through each time.</param>
    /// <param name="observer">Is told of every step and validation.</param>
    /// <param name="cancellation">Ends training after the current step, with a checkpoint.</param>
    /// <exception cref="TrainingException">The loss is not finite; the message names the first bad tensor.</exception>
    public TrainingEnd Run(BatchSource trainingData, IEnumerable<TensorData[]> validationData, ITrainingObserver observer, CancellationToken cancellation = default)
    {
        using var batches = trainingData(Progress.Step * options.MicroBatches).GetEnumerator();
        while (Progress.Step < options.Steps)
        {
            if (Progress.ValidationsSinceBest >= options.Patience)
                return TrainingEnd.StoppedEarly;
            if (!RunToValidation(batches, observer, cancellation))
                return TrainingEnd.Interrupted;

            var (loss, accuracy) = Validate(validationData);
            var isBest = loss < Progress.BestLoss;
            observer.OnValidation(new ValidationReport(
                Progress.Validations + 1, Progress.Step, Progress.LossSum / Progress.Count, Progress.Correct / Progress.Count, loss, accuracy,
                Progress.Seconds, Progress.Count / Progress.Seconds, Progress.Steps / Progress.Seconds, optimizer.LearningRate, isBest));
            Progress = Progress.AfterValidation(loss);
            Save(isBest);
        }

        return TrainingEnd.Finished;
    }

    /// <summary>Mean loss and accuracy over a data set, with the model as it is.</summary>
    public (double Loss, double Accuracy) Validate(IEnumerable<TensorData[]> data)
    {
        var sums = default(BatchSums);
        foreach (var batch in data)
            sums += Run(validate, batch);
        return (sums.MeanLoss, sums.Accuracy);
    }

    /// <summary>What a step on batches of these types costs; it is compiled if it was not yet.</summary>
    public FunctionCost StepCost(params TensorData[] batch) => train.Cost(batch);

    /// <summary>Releases the compiled functions; the model's variables stay.</summary>
    public void Dispose()
    {
        train.Dispose();
        update.Dispose();
        validate.Dispose();
    }

    private string CheckpointFolder => options.CheckpointFolder ?? throw new InvalidOperationException("The training options name no checkpoint folder.");

    private bool RunToValidation(IEnumerator<TensorData[]> batches, ITrainingObserver observer, CancellationToken cancellation)
    {
        var before = Progress.Seconds;
        var clock = Stopwatch.StartNew();
        do
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(isBest: false);
                return false;
            }

            optimizer.LearningRate = options.Schedule.At(Progress.Step);
            var sums = RunStep(batches);
            Progress.Advance(sums, before + clock.Elapsed.TotalSeconds);
            observer.OnStep(new StepReport(Progress.Step, sums.MeanLoss, sums.Accuracy, optimizer.LearningRate, Progress.Count / Progress.Seconds));
            if (IsValidationDue)
                return true;
            if (Progress.Step % options.StepsPerCheckpoint == 0)
                Save(isBest: false);
        }
        while (true);
    }

    private bool IsValidationDue => Progress.Step >= options.Steps || Progress.Step % options.StepsPerValidation == 0;

    private BatchSums RunStep(IEnumerator<TensorData[]> batches)
    {
        var sums = default(BatchSums);
        for (var i = 0; i < options.MicroBatches; i++)
        {
            if (!batches.MoveNext())
                throw new TrainingException($"The training data end after {Progress.Step} of {options.Steps} steps.");
            var batch = Run(train, batches.Current);
            if (!double.IsFinite(batch.Loss))
                throw NotFinite(batch.Loss, batches.Current);
            sums += batch;
        }

        if (options.MicroBatches > 1)
            update.RunInto([], []);
        return sums;
    }

    private BatchSums Run(Function function, TensorData[] batch)
    {
        function.RunInto(batch, outcome);
        return new BatchSums(outcome[0].Item<float>(), outcome[1].Item<float>(), outcome[2].Item<float>());
    }

    private void Save(bool isBest)
    {
        if (options.CheckpointFolder is null)
            return;
        // The best first: a training killed between the two does the last steps again, and saves the same best.
        if (isBest)
            Checkpoint.Save(Checkpoint.BestIn(CheckpointFolder), Progress, model, optimizer, random);
        Checkpoint.Save(Checkpoint.LastIn(CheckpointFolder), Progress, model, optimizer, random);
    }

    private TrainingException NotFinite(double loss, TensorData[] batch)
    {
        var culprit = train.FindNonFinite(batch) ?? "none when the step is repeated";
        return new TrainingException($"The loss is {loss} at step {Progress.Step + 1}; the first tensor that is not finite is {culprit}. A smaller learning rate or gradient clipping may help.");
    }
}

/// <summary>Training can't go on. The message says why.</summary>
public sealed class TrainingException(string message) : Exception(message);
