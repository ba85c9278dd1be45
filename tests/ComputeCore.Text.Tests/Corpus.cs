using System.IO.Compression;
using System.Security.Cryptography;
using System.Runtime.InteropServices;
using System.Text.Json;
using ComputeCore.Data;
using NUnit.Framework;

namespace ComputeCore.Text.Tests;

/// <summary>
/// The documents that <c>tools/golden/tokenizers.js</c> gave to the reference implementations, and the ids that these gave
/// back; real vocabularies from the packages that publish them.
/// </summary>
internal static class Corpus
{
    private static readonly Lazy<string[]> Loaded = new(() =>
    {
        using var stream = new BrotliStream(File.OpenRead(PathOf("corpus.json.br")), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<string[]>(stream)!;
    });

    public static IReadOnlyList<string> Documents => Loaded.Value;

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "golden", file);

    /// <summary>A file of a data set, fetched into the cache folder if it is not there.</summary>
    public static string Fetched(string dataset, string file) => Path.Combine(TextDatasets.FetchAsync(dataset).GetAwaiter().GetResult(), file);

    /// <summary>Each text gives as many ids as the reference, and ids of the same hash.</summary>
    public static void AssertIdsAreTheReferences(Tokenizer tokenizer, string reference, IEnumerable<string> texts)
    {
        var expected = File.ReadAllLines(PathOf($"{reference}.ids"));
        var wrong = texts.Zip(expected)
            .Where(pair => Describe(tokenizer.Encode(pair.First)) != pair.Second)
            .Select(pair => $"'{pair.First[..Math.Min(60, pair.First.Length)]}': {Describe(tokenizer.Encode(pair.First))} instead of {pair.Second}")
            .ToList();
        Assert.That(texts.Count(), Is.EqualTo(expected.Length));
        Assert.That(wrong, Is.Empty);
    }

    public static string Describe(int[] ids) => $"{ids.Length} {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.AsSpan())))[..16]}";
}
