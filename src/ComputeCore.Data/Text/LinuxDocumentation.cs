using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ComputeCore.Data;

/// <summary>
/// The documentation of the Linux kernel, from Debian: the English files of reStructuredText and plain text, in the order of
/// their paths, each after a line with a form feed. Lines lose white space at their ends, headings their underlines, and of
/// several empty lines one is left. One document in fifty, chosen by its path, is held out.
/// </summary>
internal static class LinuxDocumentation
{
    private const string Package = "linux-doc-6.1";
    private const string Folder = "usr/share/doc/linux-doc-6.1/Documentation";
    private const int LongestDocument = 1 << 24;

    public static IReadOnlyList<string> Files { get; } = ["train.txt", "validation.txt"];

    public static async Task FetchAsync(string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var work = Path.Combine(target, "package");
        var content = await DebianPackage.UnpackAsync(Package, work, progress, cancellationToken).ConfigureAwait(false);
        var root = Path.Combine(content, Folder);
        if (!Directory.Exists(root))
            throw new DatasetFetchException($"Debian's package {Package} does not hold {Folder}");
        progress?.Report(new FetchProgress("Gathering the documents"));
        await using (var training = new StreamWriter(Path.Combine(target, Files[0])))
        await using (var validation = new StreamWriter(Path.Combine(target, Files[1])))
        {
            foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Where(IsWanted).Order(StringComparer.Ordinal))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Read(Path.Combine(root, path)) is { } text)
                    await (IsHeldOut(path) ? validation : training).WriteAsync("\f\n" + Normalize(text)).ConfigureAwait(false);
            }
        }

        Directory.Delete(work, recursive: true);
    }

    /// <summary>The text of a document as the data set has it.</summary>
    internal static string Normalize(string text)
    {
        var normalized = new StringBuilder(text.Length);
        var wasEmpty = true;
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Replace('\f', ' ').TrimEnd();
            if (IsUnderline(line))
                continue;
            if (line.Length > 0 || !wasEmpty)
                normalized.Append(line).Append('\n');
            wasEmpty = line.Length == 0;
        }

        return normalized.ToString();
    }

    /// <summary>A heading's underline: a line of one punctuation mark, three times at least.</summary>
    private static bool IsUnderline(string line) => line.Length >= 3 && char.IsAsciiLetterOrDigit(line[0]) == false && line.AsSpan().IndexOfAnyExcept(line[0]) < 0;

    private static bool IsWanted(string path) =>
        !path.Split(Path.DirectorySeparatorChar).Contains("translations")
        && Path.GetExtension(path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path) is ".rst" or ".txt";

    private static bool IsHeldOut(string path) => SHA256.HashData(Encoding.UTF8.GetBytes(path.Replace('\\', '/')))[0] < 256 / 50;

    /// <summary>A document's text, or null if it is not UTF-8 or a document no longer.</summary>
    private static string? Read(string path)
    {
        using var content = new MemoryStream();
        using (var file = File.OpenRead(path))
        using (Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file)
        {
            var buffer = new byte[1 << 16];
            while (stream.Read(buffer) is > 0 and var read)
            {
                if (content.Length + read > LongestDocument)
                    return null;
                content.Write(buffer, 0, read);
            }
        }

        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }
}
