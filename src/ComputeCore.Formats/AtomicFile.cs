namespace ComputeCore.Formats;

/// <summary>
/// Writes files so that their name always means a whole file: the content goes to a temporary name in the same folder, is
/// flushed to the disk, and then renamed over the old file. A process killed at any moment leaves the old or the new content.
/// </summary>
public static class AtomicFile
{
    private const string TemporaryExtension = ".partial";

    /// <summary>Writes a file, replacing the one that has the name.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content to a stream that is not buffered.</param>
    /// <exception cref="IOException">The disk is full, or the file can't be written. The old file is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target) ?? throw new IOException($"'{path}' is a folder, not a file.");
        var temporaryStem = $".{Path.GetFileName(target)}.";
        DeleteLeftovers(folder, temporaryStem);

        var temporary = Path.Combine(folder, temporaryStem + Path.GetRandomFileName() + TemporaryExtension);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Deletes what killed writers of the same file left. A living writer holds its temporary file locked, so it can't be
    /// opened here and stays.
    /// </summary>
    private static void DeleteLeftovers(string folder, string stem)
    {
        foreach (var leftover in Directory.EnumerateFiles(folder, "*" + TemporaryExtension))
        {
            if (!Path.GetFileName(leftover).StartsWith(stem, StringComparison.Ordinal))
                continue;
            try
            {
                using (new FileStream(leftover, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0))
                    File.Delete(leftover);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
            }
        }
    }
}
