using System.CommandLine;
using System.CommandLine.Help;
using ComputeCore.Cli;
using ComputeCore.Cli.Commands;
using ComputeCore.Ilgpu;
using ComputeCore.Vulkan;

Terminal.Prepare();
IlgpuDevices.Register();
VulkanDevices.Register();
// Not a RootCommand, which would have the name of the file that is run.
var root = new Command("computecore", "ComputeCore: train, run and inspect deep-learning models on this machine's devices.")
{
    DevicesCommand.Create(),
    DataCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    ClassifyCommand.Create(),
    GenerateCommand.Create(),
    TranslateCommand.Create(),
    AttentionCommand.Create(),
    EmbeddingsCommand.Create(),
    InfoCommand.Create(),
    TokenizeCommand.Create(),
    TokenizerCommand.Create(),
    ValidateCommand.Create(),
    BenchCommand.Create(),
    ProfileCommand.Create(),
    CommonOptions.Verbose,
    new HelpOption { Description = "Show this help." },
    new VersionOption { Description = "Show the version." },
};
CommonOptions.AddJson(root);

// An argument that begins with @, such as '--only @224', is what it looks like, not the name of a file with more arguments.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    foreach (var error in Terminal.Errors(parsed))
        Terminal.Error(Terminal.OneLine(error));
    Terminal.Error($"See '{Terminal.NameOf(parsed.CommandResult)} --help'.");
    return ExitCode.Usage;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (OperationCanceledException)
{
    Terminal.Error("Interrupted.");
    return ExitCode.Interrupted;
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
