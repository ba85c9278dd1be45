namespace ComputeCore.Data;

/// <summary>Takes files out of a Debian package without installing it, which needs no root. apt checks the package's signature.</summary>
internal static class DebianPackage
{
    /// <summary>Whether the machine has apt and dpkg.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && PackageClient.IsOnPath("apt-get") && PackageClient.IsOnPath("dpkg-deb");

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
        var content = await UnpackAsync(package, work, progress, cancellationToken).ConfigureAwait(false);
        foreach (var file in files)
        {
            var source = Path.Combine(content, packageFolder, file.Name);
            if (!File.Exists(source))
                throw new DatasetFetchException($"Debian's package {package} does not hold {packageFolder}/{file.Name}");
            File.Move(source, Path.Combine(target, file.Name));
        }

        Directory.Delete(work, recursive: true);
    }

    /// <summary>Downloads a package and unpacks it.</summary>
    /// <param name="package">The package's name.</param>
    /// <param name="work">A folder for this package, which is made.</param>
    /// <param name="progress">Told of the steps.</param>
    /// <param name="cancellationToken">Stops the programs.</param>
    /// <returns>The folder of the package's content.</returns>
    public static async Task<string> UnpackAsync(string package, string work, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(work);
        progress?.Report(new FetchProgress($"Downloading Debian's package {package}"));
        await PackageClient.RunAsync("apt-get", ["download", "--quiet", package], work, Reason, cancellationToken).ConfigureAwait(false);
        var archive = Directory.EnumerateFiles(work, "*.deb").FirstOrDefault()
            ?? throw new DatasetFetchException($"`apt-get download {package}` brought no package");
        progress?.Report(new FetchProgress($"Unpacking {package}"));
        await PackageClient.RunAsync("dpkg-deb", ["-x", archive, "content"], work, Reason, cancellationToken).ConfigureAwait(false);
        return Path.Combine(work, "content");
    }

    private static string? Reason(string errors) =>
        errors.Contains("Unable to locate package", StringComparison.Ordinal) || errors.Contains("has no candidate", StringComparison.Ordinal)
            || errors.Contains("Can't select candidate version", StringComparison.Ordinal)
            ? "knows no such package; run `apt-get update` as root first, which loads the lists of packages"
            : errors.Split('\n').FirstOrDefault(line => line.StartsWith("E: ", StringComparison.Ordinal)) is { } error ? $"failed ({error})" : null;
}
