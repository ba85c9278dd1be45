namespace ComputeCore.Nn;

/// <summary>One training step, as it is reported.</summary>
/// <param name="Step">Steps done in the whole training.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Batch">Batches done in the epoch.</param>
/// <param name="Batches">Batches in the epoch.</param>
/// <param name="Loss">The batch's mean loss.</param>
/// <param name="Accuracy">The share of the batch that was classified rightly.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="ExamplesPerSecond">Speed over the epoch so far.</param>
public readonly record struct StepReport(
    long Step, int Epoch, int Batch, int Batches, double Loss, double Accuracy, double LearningRate, double ExamplesPerSecond);

/// <summary>One epoch, as it is reported.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">Steps done in the whole training.</param>
/// <param name="TrainLoss">Mean loss over the training examples, while they were trained on.</param>
/// <param name="TrainAccuracy">The share classified rightly, likewise.</param>
/// <param name="TestLoss">Mean loss over the test examples afterwards.</param>
/// <param name="TestAccuracy">The share of them classified rightly.</param>
/// <param name="Seconds">Time of the training, without the test.</param>
/// <param name="ExamplesPerSecond">Training examples per second.</param>
/// <param name="LearningRate">The last step's learning rate.</param>
/// <param name="IsBest">Whether the test accuracy is the best so far.</param>
public sealed record EpochReport(
    int Epoch, long Step, double TrainLoss, double TrainAccuracy, double TestLoss, double TestAccuracy, double Seconds,
    double ExamplesPerSecond, double LearningRate, bool IsBest);

/// <summary>Is told how training goes.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was done. Called from the training thread; what it does takes training time.</summary>
    void OnStep(in StepReport report);

    /// <summary>An epoch was done and tested.</summary>
    void OnEpoch(EpochReport report);
}

/// <summary>How training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    Finished,

    /// <summary>The test accuracy did not improve for as many epochs as were allowed.</summary>
    StoppedEarly,

    /// <summary>It was asked to stop, and saved its state.</summary>
    Interrupted,
}
