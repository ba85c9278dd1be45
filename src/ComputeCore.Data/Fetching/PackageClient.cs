using System.ComponentModel;
using System.Diagnostics;

namespace ComputeCore.Data;

/// <summary>Runs the programs that fetch packages.</summary>
internal static class PackageClient
{
    /// <summary>Runs a program, which must succeed.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="reason">From what it wrote on standard error why it failed, "knows no such package", or null to give that as it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(string program, string[] arguments, string folder, Func<string, string?> reason, CancellationToken cancellationToken)
    {
        var command = $"`{program} {string.Join(' ', arguments)}`";
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
                var errors = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                await output.ConfigureAwait(false);
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                if (process.ExitCode != 0)
                    throw new DatasetFetchException($"{command} {reason(errors) ?? $"failed with exit code {process.ExitCode} ({errors.Trim()})"}");
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                    await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        catch (Win32Exception exception)
        {
            throw new DatasetFetchException($"{command} could not be started ({exception.Message})", exception);
        }
    }

    /// <summary>Whether there is such a program.</summary>
    public static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
