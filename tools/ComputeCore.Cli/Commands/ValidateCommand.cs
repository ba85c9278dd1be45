using System.CommandLine;
using ComputeCore.Cli.Runs;
using ComputeCore.Validation;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>validate</c>: whether a device, a driver or a build computes rightly.</summary>
internal static class ValidateCommand
{
    private const string Everything = "all";

    private static readonly Option<string[]> Devices = CommonOptions.Devices("The devices to validate; 'computecore devices' lists them.");

    private static readonly Option<string> Suite = new("--suite")
    {
        Description = "What to run: each operation's samples (ops), PyTorch's results (golden), short trainings (models), or all.", DefaultValueFactory = _ => Everything, HelpName = "SUITE",
    };

    public static Command Create()
    {
        Suite.AcceptOnlyFromAmong([.. Suites.Names, Everything]);
        var command = new Command("validate", "Compare what devices compute with definitions in float64 and with PyTorch's results.") { Devices, Suite };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var isForScripts = parsed.GetValue(CommonOptions.Json);
        var suite = parsed.GetRequiredValue(Suite);
        IReadOnlyList<Check> checks = [.. Suites.Names.Where(name => suite is Everything || suite == name).SelectMany(Suites.ChecksOf)];
        var results = new List<Verdict>();
        using var interruption = new Interruption();
        foreach (var name in parsed.GetRequiredValue(Devices))
        {
            using var device = ComputeCore.Devices.Device.Open(name);
            results.AddRange(Watch(isForScripts, device.Name, checks.Count, progress => Validator.Run(device, checks, progress, interruption.Token)));
        }

        if (isForScripts)
            Terminal.Json(new { results });
        else
            Show(results, checks.Count);
        return results.TrueForAll(result => result.Passed) ? ExitCode.Done : ExitCode.Failed;
    }

    private static IReadOnlyList<Verdict> Watch(bool isForScripts, string device, int count, Func<Action<Check>?, IReadOnlyList<Verdict>> validate) => isForScripts
        ? validate(null)
        : AnsiConsole.Progress().AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new RemainingTimeColumn()).Start(context =>
        {
            var bar = context.AddTask(Markup.Escape(device), maxValue: count);
            return validate(check =>
            {
                bar.Increment(1);
                bar.Description = Markup.Escape($"{device}  {check.Operation}");
            });
        });

    // A row for each operation, a column for each device: the worst error in units of the tolerance.
    private static void Show(List<Verdict> results, int checks)
    {
        string[] devices = [.. results.Select(result => result.Device).Distinct()];
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Operation");
        foreach (var device in devices)
            table.AddColumn(new TableColumn(Markup.Escape(device)).RightAligned());
        foreach (var operation in results.GroupBy(result => result.Operation))
            table.AddRow([Markup.Escape(operation.Key), .. devices.Select(device => Cell(operation.Single(result => result.Device == device)))]);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("The worst error in units of the tolerance; more than 1 fails.");

        foreach (var failure in results.Where(result => !result.Passed))
            AnsiConsole.WriteLine($"{failure.Device}: {failure.Operation}: {Terminal.OneLine(failure.Message!)}");
        AnsiConsole.WriteLine($"{checks} checks on each of {string.Join(", ", devices)}: {results.Count(result => result.Passed)} operations passed, {results.Count(result => !result.Passed)} failed.");
    }

    private static string Cell(Verdict result) => result switch
    {
        { Passed: true } => $"{result.WorstError:G2}",
        { WorstError: double.PositiveInfinity } => "[red]failed[/]",
        _ => $"[red]{result.WorstError:G3}[/]",
    };
}
