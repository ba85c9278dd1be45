namespace ComputeCore.Nn;

/// <summary>One training step, as it is reported.</summary>
/// <param name="Step">Steps done in the whole training.</param>
/// <param name="Loss">The step's mean loss.</param>
/// <param name="Accuracy">The share of it that was predicted rightly.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="ItemsPerSecond">Images or tokens a second, since the last validation.</param>
public readonly record struct StepReport(long Step, double Loss, double Accuracy, double LearningRate, double ItemsPerSecond);

/// <summary>One validation, and the training before it, as it is reported.</summary>
/// <param name="Number">Which validation, from 1.</param>
/// <param name="Step">Steps done in the whole training.</param>
/// <param name="TrainLoss">Mean loss over the steps since the last validation.</param>
/// <param name="TrainAccuracy">The share predicted rightly in them.</param>
/// <param name="Loss">Mean loss over the validation data.</param>
/// <param name="Accuracy">The share of them predicted rightly.</param>
/// <param name="Seconds">Time of the training, without the validation.</param>
/// <param name="ItemsPerSecond">Images or tokens trained on per second.</param>
/// <param name="StepsPerSecond">Steps per second.</param>
/// <param name="LearningRate">The last step's learning rate.</param>
/// <param name="IsBest">Whether the loss is the smallest so far.</param>
public sealed record ValidationReport(
    int Number, long Step, double TrainLoss, double TrainAccuracy, double Loss, double Accuracy, double Seconds,
    double ItemsPerSecond, double StepsPerSecond, double LearningRate, bool IsBest);

/// <summary>Is told how training goes.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was done. Called from the training thread; what it does takes training time.</summary>
    void OnStep(in StepReport report);

    /// <summary>The model was validated.</summary>
    void OnValidation(ValidationReport report);
}

/// <summary>How training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All steps were done.</summary>
    Finished,

    /// <summary>The validation loss did not fall for as many validations as were allowed.</summary>
    StoppedEarly,

    /// <summary>It was asked to stop, and saved its state.</summary>
    Interrupted,
}
