using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Runs;

/// <summary>Training as a person watches it: a progress bar an epoch with loss, accuracy, speed and time left, then its result.</summary>
internal sealed class TrainingDisplay(ProgressContext? context, MetricsLog metrics, List<EpochSummary> epochs) : ITrainingObserver
{
    private ProgressTask? bar;

    /// <summary>The columns of the progress bar.</summary>
    public static ProgressColumn[] Columns() =>
        [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];

    public void OnStep(in StepReport report)
    {
        if (report.Step % MetricsLog.StepsPerLine == 0 || report.Batch == report.Batches)
            metrics.Write(report);
        if (context is null || (report.Batch % 10 != 0 && report.Batch != report.Batches))
            return;
        bar ??= context.AddTask("", maxValue: report.Batches);
        bar.Value = report.Batch;
        bar.Description = $"epoch {report.Epoch}  loss {report.Loss:F4}  accuracy {report.Accuracy:P1}  {report.ExamplesPerSecond:N0} images/s";
    }

    public void OnEpoch(EpochReport report)
    {
        epochs.Add(EpochSummary.Of(report));
        if (bar is not null)
            bar.Description = $"epoch {report.Epoch}  loss {report.TrainLoss:F4}  test loss {report.TestLoss:F4}  test accuracy {report.TestAccuracy:P2}{(report.IsBest ? " (best)" : "")}  {report.Seconds:F1} s  {report.ExamplesPerSecond:N0} images/s";
        bar?.StopTask();
        bar = null;
    }
}
