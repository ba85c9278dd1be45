using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary>How a run of the program ended.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as the one JSON document that it must be.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.That(ExitCode, Is.Zero, Error);
            return JsonSerializer.Deserialize<JsonElement>(Output);
        }
    }

    public void IsDone() => Assert.That(ExitCode, Is.Zero, Error);

    /// <summary>Exit code 1, one sentence on standard error, and nothing else.</summary>
    public void Fails(params string[] parts)
    {
        Assert.That((ExitCode, Output), Is.EqualTo((1, "")), Error);
        IsOneSentence(Error.TrimEnd(), parts);
    }

    /// <summary>Exit code 2, and on standard error what is wrong and where the help is.</summary>
    public void IsRefused(string help, params string[] parts)
    {
        Assert.That((ExitCode, Output), Is.EqualTo((2, "")), Error);
        var lines = Error.TrimEnd().Split('\n');
        Assert.That(lines[^1], Is.EqualTo($"computecore: See '{help} --help'."));
        Assert.That(lines, Has.Length.EqualTo(2), Error);
        IsOneSentence(lines[0], parts);
    }

    private static void IsOneSentence(string line, string[] parts)
    {
        Assert.That(line, Does.StartWith("computecore: ").And.Not.Contain("\n").And.Not.Contain("   at ").And.Not.Contain("Exception"));
        foreach (var part in parts)
            Assert.That(line, Does.Contain(part));
    }
}

/// <summary>The command-line program, run as a process of its own.</summary>
internal static class Program
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "ComputeCore.Cli.dll");

    private static readonly Dictionary<string, string> NoVariables = [];

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public static Outcome Run(params string[] arguments) => Finish(Start(arguments));

    /// <summary>
    /// Runs the program in a shell whose files may not grow beyond a size: as on a full disk, a write fails half-way. .NET's
    /// own protection of code memory needs a large file, and is switched off.
    /// </summary>
    public static Outcome RunWithFileSizeLimit(int kibibytes, params string[] arguments) =>
        Finish(Start("bash", ["-c", $"trap '' XFSZ; ulimit -f {kibibytes}; exec \"$@\"", "bash", Host, "exec", Assembly, .. arguments],
            new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" }));

    public static Process Start(params string[] arguments) => Start(NoVariables, arguments);

    /// <summary>Starts the program with environment variables of its own.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        Start(Host, ["exec", Assembly, .. arguments], variables);

    /// <summary>
    /// Starts the program so that <see cref="Interrupt"/> reaches it: whatever a shell runs in its background ignores the signal, and so
    /// do its children.
    /// </summary>
    public static Process StartInterruptible(params string[] arguments) =>
        Start("env", ["--default-signal=INT", Host, "exec", Assembly, .. arguments], NoVariables);

    public static Outcome Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new Outcome(process.ExitCode, output, error.Result);
        }
    }

    /// <summary>What Ctrl-C does.</summary>
    public static void Interrupt(Process process)
    {
        const int Interrupt = 2;
        Assert.That(kill(process.Id, Interrupt), Is.Zero);
    }

    private static Process Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
