namespace ComputeCore.Data;

/// <summary>
/// A folder that holds a whole data set or does not exist. Files are gathered and checked in a folder beside it, which is
/// then renamed; a lock file keeps a second process out, and lets the next one clear away what a killed one left.
/// </summary>
internal sealed class DatasetCache(string dataset, string folder, IReadOnlyList<DatasetFile> files, IProgress<FetchProgress>? progress)
{
    private const string Advice = "Try again, or get the files by other means and name their folder with --data DIR.";

    /// <summary>The folder of all data sets.</summary>
    public static string Root
    {
        get
        {
            // A relative path is to be ignored (XDG Base Directory Specification).
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (!Path.IsPathFullyQualified(cache ?? ""))
            {
                cache = OperatingSystem.IsWindows()
                    ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            }

            return Path.Combine(cache!, "computecore", "datasets");
        }
    }

    /// <summary>Uses the folder if it is complete; otherwise has the files put into another, checks and renames it.</summary>
    /// <param name="obtain">Puts the files into the folder that it is given; throws <see cref="DatasetFetchException"/> with the reason.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<string> FetchAsync(Func<string, Task> obtain, CancellationToken cancellationToken)
    {
        if (IsComplete())
            return folder;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            using var theLock = Lock();
            // Another process may have been at it while this one came here.
            if (!IsComplete())
                await FetchLockedAsync(obtain, cancellationToken).ConfigureAwait(false);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DatasetFetchException)
        {
            throw new DatasetFetchException($"{dataset} could not be fetched: {exception.Message.TrimEnd('.')}. {Advice}", exception);
        }
    }

    private async Task FetchLockedAsync(Func<string, Task> obtain, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new DatasetFetchException($"the folder '{folder}' exists, but lacks some of the files {string.Join(", ", files.Select(file => file.Name))}; move it away");
        var staging = folder + ".partial";
        try
        {
            DeleteFolder(staging);
            Directory.CreateDirectory(staging);
            await obtain(staging).ConfigureAwait(false);
            progress?.Report(new FetchProgress($"Checking {dataset}"));
            foreach (var file in files)
            {
                if (!await file.HasContentAsync(staging, cancellationToken).ConfigureAwait(false))
                    throw new DatasetFetchException($"the file {file.Name} that was fetched is damaged: its SHA-256 sum is wrong");
            }

            DeleteFolder(folder);
            Directory.Move(staging, folder);
        }
        finally
        {
            DeleteFolder(staging);
        }
    }

    private bool IsComplete() => files.All(file => File.Exists(Path.Combine(folder, file.Name)));

    private FileStream Lock()
    {
        var path = folder + ".lock";
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new DatasetFetchException($"another process is fetching it into '{folder}'; wait for that one", exception);
        }
    }

    private static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
