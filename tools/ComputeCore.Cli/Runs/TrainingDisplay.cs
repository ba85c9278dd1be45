using ComputeCore.Cli.Recipes;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// Follows a training: writes the metrics, after each validation the model, and, if someone watches, a line for each validation
/// and a bar for the steps to the next one with loss, accuracy, speed and time left. All fits in a terminal of 80 columns.
/// </summary>
internal sealed class TrainingDisplay(ProgressContext? context, MetricsLog metrics, RunFolder folder, TrainingJob job, List<ValidationReport> validations) : ITrainingObserver
{
    // Often enough to look alive, seldom enough to cost nothing.
    private const int StepsPerRefresh = 10;

    private readonly (long Every, long All) steps = (job.Options.StepsPerValidation, job.Options.Steps);
    private ProgressTask? bar;

    /// <summary>The columns of the progress bar.</summary>
    public static ProgressColumn[] Columns() =>
        [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 14 }, new RemainingTimeColumn()];

    public void OnStep(in StepReport report)
    {
        var step = (report.Step - 1) % steps.Every + 1;
        var isLast = step == steps.Every || report.Step == steps.All;
        if (isLast || report.Step % MetricsLog.StepsPerLine == 0)
            metrics.Write(job.Metrics(report));
        if (context is null || (!isLast && step % StepsPerRefresh != 0))
            return;
        bar ??= context.AddTask(job.Stretch(report.Step), maxValue: Math.Min(steps.Every, steps.All - (report.Step - step)));
        bar.Value = step;
        bar.Description = $"{job.Stretch(report.Step)}  loss {report.Loss:F4}  accuracy {report.Accuracy:P1}  {report.ItemsPerSecond:N0} {job.Items}/s";
    }

    public void OnValidation(ValidationReport report)
    {
        validations.Add(report);
        folder.Save(validations);
        StateFile.Save(folder.ModelFile, job.Model);
        if (context is null)
            return;
        AnsiConsole.WriteLine(job.Describe(report));
        bar?.StopTask();
        bar = null;
    }
}
