using System.Text;
using System.Text.Json;
using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>Reads vocabularies that are lines of text.</summary>
internal static class VocabularyText
{
    /// <summary>Merges, one a line, the two tokens with a space between them; GPT-2's first line gives a version.</summary>
    public static List<(int Left, int Right)> ParseMerges(byte[] content, TokenList tokens)
    {
        var merges = new List<(int, int)>();
        var number = 0;
        foreach (var line in Lines(content))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            merges.Add(ParseMerge(line, tokens, $"in line {number} of the merges"));
        }

        return merges;
    }

    public static (int Left, int Right) ParseMerge(string line, TokenList tokens, string where)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
            throw new FormatException($"has {InvalidFileException.Quote(line)} {where}, where two tokens with a space between them must stand");
        return (tokens.IdOf(line[..space]), tokens.IdOf(line[(space + 1)..]));
    }

    /// <summary>
    /// BERT's vocabulary, one token a line. Whether text is made lower case is told by the file <c>tokenizer_config.json</c>
    /// beside it; where there is none, a vocabulary without capitals is for such text.
    /// </summary>
    public static WordPieceTokenizer ParseWordPiece(byte[] content, byte[]? configuration)
    {
        List<(string Token, long Id)> lines = [.. Lines(content).Select((token, id) => (token, (long)id))];
        while (lines.Count > 0 && lines[^1].Token.Length == 0)
            lines.RemoveAt(lines.Count - 1);
        if (lines.Count == 0 || !lines.Exists(line => line.Token == "[UNK]"))
            throw new FormatException("is no tokenizer: it is neither JSON, nor the merges of byte-pair encoding, nor a vocabulary of WordPiece, which would have a line [UNK]");
        var tokens = new TokenList(lines);
        var special = tokens.ById
            .Select((token, id) => new AddedToken(token ?? "", id, IsSpecial: true))
            .Where(token => WordPieceTrainer.SpecialTokens.Contains(token.Text));
        var isLowerCase = IsLowerCase(configuration) ?? !tokens.ById.Any(token => token is not null && !token.StartsWith('[') && token.Any(char.IsAsciiLetterUpper));
        return new WordPieceTokenizer(new WordPieceVocabulary(
            tokens.ById, "##", "[UNK]", LongestWord: 100, new BertText(isLowerCase, isLowerCase, SplitsChinese: true, IsCleaned: true), [.. special]));
    }

    private static bool? IsLowerCase(byte[]? configuration)
    {
        if (configuration is null)
            return null;
        using var document = JsonDocument.Parse(configuration);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("do_lower_case", out var value)
            && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
    }

    private static IEnumerable<string> Lines(byte[] content) =>
        Encoding.UTF8.GetString(content).Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line);
}
