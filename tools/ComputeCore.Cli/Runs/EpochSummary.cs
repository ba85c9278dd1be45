using ComputeCore.Nn;

namespace ComputeCore.Cli.Runs;

/// <summary>An epoch as <c>train --json</c> and <c>epochs.json</c> give it. The names are stable.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">Mean loss over the training images while they were trained on.</param>
/// <param name="TrainAccuracy">The share of them classified rightly, from 0 to 1.</param>
/// <param name="TestLoss">Mean loss over the test images after the epoch.</param>
/// <param name="TestAccuracy">The share of them classified rightly, from 0 to 1.</param>
/// <param name="Seconds">Time of the training, without the test.</param>
/// <param name="ImagesPerSecond">Training images per second.</param>
internal sealed record EpochSummary(
    int Epoch, double TrainLoss, double TrainAccuracy, double TestLoss, double TestAccuracy, double Seconds, double ImagesPerSecond)
{
    public static EpochSummary Of(ValidationReport report) => new(
        report.Number, report.TrainLoss, report.TrainAccuracy, report.Loss, report.Accuracy, report.Seconds, report.ItemsPerSecond);
}
