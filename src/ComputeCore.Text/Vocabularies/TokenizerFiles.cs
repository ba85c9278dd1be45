using System.Text.Json;
using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>Tells what kind of tokenizer a file holds, and reads it. Files are hostile until read: a <see cref="FormatException"/> of a part becomes an <see cref="InvalidFileException"/> that names the file.</summary>
internal static class TokenizerFiles
{
    /// <summary>Ten times as long as the longest in use.</summary>
    private const long LongestFile = 256L << 20;

    private static readonly string[] VocabularyNames = ["encoder.json", "vocab.json"];
    private static readonly string[] MergesNames = ["vocab.bpe", "merges.txt"];

    public static Tokenizer Load(string path) => Parse(path, ReadFile(path), name => ReadSibling(path, name));

    /// <summary>Reads a tokenizer from bytes.</summary>
    /// <param name="path">What messages call the file.</param>
    /// <param name="content">The file.</param>
    /// <param name="sibling">Gives a file of the same folder, or null.</param>
    internal static Tokenizer Parse(string path, byte[] content, Func<string, byte[]?> sibling)
    {
        try
        {
            if (content.Length == 0)
                throw new FormatException("is empty");
            if (path.EndsWith(".model", StringComparison.OrdinalIgnoreCase) || Utf8Text.FirstInvalidByte(content) is not null)
                return SentencePieceTokenizer.Parse(content);
            if (content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8))
                return ParseJson(content, sibling);
            if (content.AsSpan().StartsWith("#version"u8))
                return ParseGpt2(First(sibling, VocabularyNames, "the merges of byte-pair encoding"), content);
            return VocabularyText.ParseWordPiece(content, sibling("tokenizer_config.json"));
        }
        catch (FormatException exception) when (exception is not InvalidFileException)
        {
            throw new InvalidFileException(path, exception.Message, exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(path, $"is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine} can't stand there", exception);
        }
        catch (InvalidOperationException exception) when (exception.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true)
        {
            // Half a surrogate pair, written as an escape.
            throw new InvalidFileException(path, "holds an escape that is no character", exception);
        }
    }

    private static Tokenizer ParseJson(byte[] content, Func<string, byte[]?> sibling)
    {
        using var document = JsonDocument.Parse(content);
        var root = document.RootElement;
        return root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object
            ? TokenizerJsonReader.Read(root, model)
            : ParseGpt2(content, First(sibling, MergesNames, "a byte-pair vocabulary without its merges"));
    }

    /// <summary>OpenAI's pair of files: the ids of the tokens, and the merges.</summary>
    private static BytePairTokenizer ParseGpt2(byte[] vocabulary, byte[] merges)
    {
        using var document = JsonDocument.Parse(vocabulary);
        var tokens = new TokenList(TokenizerJsonReader.Vocabulary(document.RootElement));
        // Merges make no such token, and all vocabularies of this kind write their special ones so.
        var special = tokens.ById
            .Select((token, id) => new AddedToken(token ?? "", id, IsSpecial: true))
            .Where(token => token.Text.StartsWith("<|", StringComparison.Ordinal) && token.Text.EndsWith("|>", StringComparison.Ordinal) && token.Text.Length > 4);
        return new BytePairTokenizer(new BytePairVocabulary(
            tokens.ById, VocabularyText.ParseMerges(merges, tokens), WordPattern.Gpt2, IsComposed: false, PrefersWholeWords: false, [.. special]));
    }

    private static byte[] First(Func<string, byte[]?> sibling, string[] names, string what) =>
        names.Select(sibling).FirstOrDefault(content => content is not null)
        ?? throw new FormatException($"holds {what}: beside it there must be {string.Join(" or ", names)}");

    private static byte[]? ReadSibling(string path, string name)
    {
        var sibling = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
        return File.Exists(sibling) ? ReadFile(sibling) : null;
    }

    private static byte[] ReadFile(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > LongestFile)
            throw new InvalidFileException(path, $"is {length} bytes long, but a tokenizer has at most {LongestFile}");
        return File.ReadAllBytes(path);
    }
}
