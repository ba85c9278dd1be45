using System.ComponentModel;
using System.Diagnostics;

namespace ComputeCore.Data;

/// <summary>Takes files out of a Debian package without installing it, which needs no root. apt checks the package's signature.</summary>
internal static class DebianPackage
{
    /// <summary>Whether the machine has apt and dpkg.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && IsOnPath("apt-get") && IsOnPath("dpkg-deb");

    /// <summary>Downloads a package and moves files from one of its folders.</summary>
    /// <param name="package">The package's name.</param>
    /// <param name="packageFolder">The folder of the files in the package.</param>
    /// <param name="files">The files.</param>
    /// <param name="target">Where they go; it holds nothing else afterwards.</param>
    /// <param name="progress">Told of the steps.</param>
    /// <param name="cancellationToken">Stops the programs.</param>
    public static async Task FetchAsync(string package, string packageFolder, IEnumerable<DatasetFile> files, string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var work = Path.Combine(target, "package");
        Directory.CreateDirectory(work);
        progress?.Report(new FetchProgress($"Downloading Debian's package {package}"));
        await RunAsync("apt-get", ["download", "--quiet", package], work, cancellationToken).ConfigureAwait(false);
        var archive = Directory.EnumerateFiles(work, "*.deb").FirstOrDefault()
            ?? throw new DatasetFetchException($"`apt-get download {package}` brought no package");
        progress?.Report(new FetchProgress($"Unpacking {package}"));
        await RunAsync("dpkg-deb", ["-x", archive, "content"], work, cancellationToken).ConfigureAwait(false);
        foreach (var file in files)
        {
            var source = Path.Combine(work, "content", packageFolder, file.Name);
            if (!File.Exists(source))
                throw new DatasetFetchException($"Debian's package {package} does not hold {packageFolder}/{file.Name}");
            File.Move(source, Path.Combine(target, file.Name));
        }

        Directory.Delete(work, recursive: true);
    }

    private static async Task RunAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
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
                    throw new DatasetFetchException(Reason(command, process.ExitCode, errors));
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

    private static string Reason(string command, int exitCode, string errors)
    {
        if (errors.Contains("Unable to locate package", StringComparison.Ordinal) || errors.Contains("has no candidate", StringComparison.Ordinal)
            || errors.Contains("Can't select candidate version", StringComparison.Ordinal))
        {
            return $"{command} knows no such package; run `apt-get update` as root first, which loads the lists of packages";
        }

        var firstError = errors.Split('\n').FirstOrDefault(line => line.StartsWith("E: ", StringComparison.Ordinal)) ?? errors.Trim();
        return $"{command} failed with exit code {exitCode} ({firstError})";
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
