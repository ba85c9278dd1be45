using System.CommandLine;
using ComputeCore.Cli;
using ComputeCore.Cli.Commands;

var root = new RootCommand("ComputeCore: train, run and inspect deep-learning models on this machine's devices.")
{
    DevicesCommand.Create(),
    DataCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    ClassifyCommand.Create(),
    InfoCommand.Create(),
    CommonOptions.Json,
    CommonOptions.Verbose,
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Terminal.Error(error.Message);
    Terminal.Error($"See '{string.Join(' ', ["computecore", .. parsed.CommandResult.Command == root ? [] : new[] { parsed.CommandResult.Command.Name }])} --help'.");
    return ExitCode.Usage;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e) when (parsed.GetValue(CommonOptions.Verbose))
{
    Terminal.Error(e.ToString());
    return ExitCode.Failed;
}
catch (Exception e)
{
    Terminal.Error(Terminal.Sentence(e));
    return ExitCode.Failed;
}
