using System.Diagnostics;
using ComputeCore.Devices;

namespace ComputeCore.Nn;

/// <summary>
/// The training loop: epochs of steps, a test after each, checkpoints, early stopping. A training that was stopped anywhere
/// goes on from its last checkpoint to the same bits as one that was not.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Module model;
    private readonly Optimizer optimizer;
    private readonly RandomGenerator random;
    private readonly TrainingOptions options;
    private readonly Function train;
    private readonly Function test;
    private readonly TensorData[] outcome = [TensorData.Scalar(0f), TensorData.Scalar(0f)];

    /// <summary>Makes a trainer; nothing runs yet.</summary>
    /// <param name="device">Where the model is trained.</param>
    /// <param name="model">The model, whose variables are trained.</param>
    /// <param name="objective">From a batch to its loss, through the model.</param>
    /// <param name="optimizer">How the model's parameters are updated.</param>
    /// <param name="random">The generator that the model's dropout uses; its state is saved with the checkpoint.</param>
    /// <param name="options">Epochs, schedule, checkpoints.</param>
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
            var (loss, correct) = objective(batch);
            optimizer.Minimize(loss);
            // A step with a bad loss changes nothing, so that it can be run again and watched: see NotFinite.
            var isFinite = (loss - loss).EqualTo(Tensor.Scalar(0));
            foreach (var (variable, old) in untrained.Zip(before))
                if (variable.ToTensor() is var value && value != old)
                    variable.Assign(isFinite.Where(value, old));
            return [loss, correct];
        });
        test = new Function(device, batch =>
        {
            model.Train(false);
            var (loss, correct) = objective(batch);
            return [loss, correct];
        });
    }

    /// <summary>Where training stands.</summary>
    public TrainingProgress Progress { get; private set; } = new();

    /// <summary>Takes up the state of the last checkpoint in the options' folder.</summary>
    /// <exception cref="Formats.InvalidFileException">There is none, it is damaged, or it belongs to another model.</exception>
    public void Resume() => Progress = Checkpoint.Load(Checkpoint.LastIn(CheckpointFolder), model, optimizer, random);

    /// <summary>Trains from where <see cref="Progress"/> stands to the last epoch.</summary>
    /// <param name="trainingData">Batches to train on; the first tensor's first extent counts the examples.</param>
    /// <param name="testData">Batches to test on.</param>
    /// <param name="batches">Batches in an epoch of the training data.</param>
    /// <param name="observer">Is told of every step and epoch.</param>
    /// <param name="cancellation">Ends training after the current step, with a checkpoint.</param>
    /// <exception cref="TrainingException">The loss is not finite; the message names the first bad tensor.</exception>
    public TrainingEnd Run(BatchSource trainingData, BatchSource testData, int batches, ITrainingObserver observer, CancellationToken cancellation = default)
    {
        while (Progress.Epoch < options.Epochs)
        {
            if (Progress.EpochsSinceBest >= options.Patience)
                return TrainingEnd.StoppedEarly;
            if (!RunEpoch(trainingData, batches, observer, cancellation))
                return TrainingEnd.Interrupted;

            var (testLoss, testAccuracy) = Test(testData);
            var isBest = testAccuracy > Progress.BestAccuracy;
            observer.OnEpoch(new EpochReport(
                Progress.Epoch + 1, Progress.Step, Progress.LossSum / Progress.Examples, Progress.CorrectSum / Progress.Examples,
                testLoss, testAccuracy, Progress.Seconds, Progress.Examples / Progress.Seconds, optimizer.LearningRate, isBest));
            Progress = Progress.NextEpoch(testAccuracy);
            Save(isBest);
        }

        return TrainingEnd.Finished;
    }

    /// <summary>Mean loss and accuracy over a data set, with the model as it is.</summary>
    public (double Loss, double Accuracy) Test(BatchSource data)
    {
        var (loss, correct, examples) = (0.0, 0.0, 0L);
        foreach (var batch in data(0, 0))
        {
            var count = Run(test, batch);
            loss += outcome[0].Item<float>() * (double)count;
            correct += outcome[1].Item<float>();
            examples += count;
        }

        return (loss / examples, correct / examples);
    }

    /// <summary>Releases the compiled functions; the model's variables stay.</summary>
    public void Dispose()
    {
        train.Dispose();
        test.Dispose();
    }

    private string CheckpointFolder => options.CheckpointFolder ?? throw new InvalidOperationException("The training options name no checkpoint folder.");

    private bool RunEpoch(BatchSource trainingData, int batches, ITrainingObserver observer, CancellationToken cancellation)
    {
        var before = Progress.Seconds;
        var clock = Stopwatch.StartNew();
        foreach (var batch in trainingData(Progress.Epoch, Progress.Batch))
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(isBest: false);
                return false;
            }

            optimizer.LearningRate = options.Schedule.At(Progress.Step);
            var count = Run(train, batch);
            var (loss, correct) = (outcome[0].Item<float>(), outcome[1].Item<float>());
            if (!float.IsFinite(loss))
                throw NotFinite(loss, batch);

            Progress.Advance(loss, correct, count, before + clock.Elapsed.TotalSeconds);
            observer.OnStep(new StepReport(
                Progress.Step, Progress.Epoch + 1, Progress.Batch, batches, loss, correct / count, optimizer.LearningRate, Progress.Examples / Progress.Seconds));
            if (Progress.Batch < batches && Progress.Batch % options.StepsPerCheckpoint == 0)
                Save(isBest: false);
        }

        return true;
    }

    private int Run(Function function, IReadOnlyList<TensorData> batch)
    {
        var inputs = batch as TensorData[] ?? [.. batch];
        function.RunInto(inputs, outcome);
        return inputs[0].Shape[0];
    }

    private void Save(bool isBest)
    {
        if (options.CheckpointFolder is null)
            return;
        // The best first: a training killed between the two does the end of the epoch again, and saves the same best.
        if (isBest)
            Checkpoint.Save(Checkpoint.BestIn(CheckpointFolder), Progress, model, optimizer, random);
        Checkpoint.Save(Checkpoint.LastIn(CheckpointFolder), Progress, model, optimizer, random);
    }

    private TrainingException NotFinite(float loss, IReadOnlyList<TensorData> batch)
    {
        var culprit = train.FindNonFinite([.. batch]) ?? "none when the step is repeated";
        return new TrainingException($"The loss is {loss} at step {Progress.Step + 1} (epoch {Progress.Epoch + 1}, batch {Progress.Batch + 1}); the first tensor that is not finite is {culprit}. A smaller learning rate or gradient clipping may help.");
    }
}

/// <summary>Training can't go on. The message says why.</summary>
public sealed class TrainingException(string message) : Exception(message);
