using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// Follows a training: writes the metrics, after each epoch the model, and, if someone watches, a line for each epoch done and
/// a bar for the current one with loss, accuracy, speed and time left. All fits in a terminal of 80 columns.
/// </summary>
internal sealed class TrainingDisplay(ProgressContext? context, MetricsLog metrics, RunFolder folder, Module model, List<EpochSummary> epochs) : ITrainingObserver
{
    // Often enough to look alive, seldom enough to cost nothing.
    private const int StepsPerRefresh = 10;

    private ProgressTask? bar;

    /// <summary>The columns of the progress bar.</summary>
    public static ProgressColumn[] Columns() =>
        [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 14 }, new RemainingTimeColumn()];

    public void OnStep(in StepReport report)
    {
        var isLast = report.Batch == report.Batches;
        if (isLast || report.Step % MetricsLog.StepsPerLine == 0)
            metrics.Write(report);
        if (context is null || (!isLast && report.Batch % StepsPerRefresh != 0))
            return;
        bar ??= context.AddTask($"epoch {report.Epoch}", maxValue: report.Batches);
        bar.Value = report.Batch;
        bar.Description = $"epoch {report.Epoch}  loss {report.Loss:F4}  accuracy {report.Accuracy:P1}  {report.ExamplesPerSecond:N0} images/s";
    }

    public void OnEpoch(EpochReport report)
    {
        epochs.Add(EpochSummary.Of(report));
        folder.Save(epochs);
        StateFile.Save(folder.ModelFile, model);
        if (context is null)
            return;
        AnsiConsole.WriteLine($"epoch {report.Epoch}  loss {report.TrainLoss:F4}  test loss {report.TestLoss:F4}  test accuracy {report.TestAccuracy:P2}{(report.IsBest ? " (best)" : "")}  {report.Seconds:F1} s");
        bar?.StopTask();
        bar = null;
    }
}
