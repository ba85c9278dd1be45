using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// Follows a training: writes the metrics, after each epoch the model, and, if someone watches, a line for each epoch done and
/// a bar for the current one with loss, accuracy, speed and time left. All fits in a terminal of 80 columns.
/// </summary>
internal sealed class TrainingDisplay(ProgressContext? context, MetricsLog metrics, RunFolder folder, Module model, List<EpochSummary> epochs, int batchesPerEpoch) : ITrainingObserver
{
    // Often enough to look alive, seldom enough to cost nothing.
    private const int StepsPerRefresh = 10;

    private ProgressTask? bar;

    /// <summary>The columns of the progress bar.</summary>
    public static ProgressColumn[] Columns() =>
        [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 14 }, new RemainingTimeColumn()];

    public void OnStep(in StepReport report)
    {
        var (epoch, batch) = ((report.Step - 1) / batchesPerEpoch + 1, (report.Step - 1) % batchesPerEpoch + 1);
        var isLast = batch == batchesPerEpoch;
        if (isLast || report.Step % MetricsLog.StepsPerLine == 0)
            metrics.Write(report, epoch);
        if (context is null || (!isLast && batch % StepsPerRefresh != 0))
            return;
        bar ??= context.AddTask($"epoch {epoch}", maxValue: batchesPerEpoch);
        bar.Value = batch;
        bar.Description = $"epoch {epoch}  loss {report.Loss:F4}  accuracy {report.Accuracy:P1}  {report.ItemsPerSecond:N0} images/s";
    }

    public void OnValidation(ValidationReport report)
    {
        epochs.Add(EpochSummary.Of(report));
        folder.Save(epochs);
        StateFile.Save(folder.ModelFile, model);
        if (context is null)
            return;
        AnsiConsole.WriteLine($"epoch {report.Number}  loss {report.TrainLoss:F4}  test loss {report.Loss:F4}  test accuracy {report.Accuracy:P2}{(report.IsBest ? " (best)" : "")}  {report.Seconds:F1} s");
        bar?.StopTask();
        bar = null;
    }
}
