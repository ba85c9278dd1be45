using System.Text.Json;
using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>. What it asks for and ComputeCore does not do is refused, not left out.</summary>
internal static class TokenizerJsonReader
{
    private static readonly string[] BytePairOptions = ["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback"];

    public static Tokenizer Read(JsonElement root, JsonElement model)
    {
        var tokens = new TokenList(Vocabulary(model));
        var added = AddedTokens(root, tokens);
        var type = Text(model, "type") ?? (model.TryGetProperty("merges", out _) ? "BPE" : "WordPiece");
        return type switch
        {
            "BPE" => ReadBytePairs(root, model, tokens, added),
            "WordPiece" => ReadWordPiece(root, model, tokens, added),
            _ => throw new FormatException($"holds a model of the type {InvalidFileException.Quote(type)}; BPE and WordPiece are supported, and SentencePiece's models as .model files"),
        };
    }

    /// <summary>The property <c>vocab</c> of a model, or a whole <c>vocab.json</c>: ids by token.</summary>
    public static List<(string Token, long Id)> Vocabulary(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("vocab", out var inner))
            element = inner;
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException("has no vocabulary, an object of tokens and their ids");
        var tokens = new List<(string, long)>();
        foreach (var property in element.EnumerateObject())
        {
            var token = property.Name;
            tokens.Add((token, property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var id)
                ? id
                : throw new FormatException($"gives the token {InvalidFileException.Quote(token)} no whole number as its id")));
        }

        return tokens;
    }

    private static Tokenizer ReadBytePairs(JsonElement root, JsonElement model, TokenList tokens, List<AddedToken> added)
    {
        var merges = Merges(model, tokens);
        var preTokenizers = Steps(root, "pre_tokenizer", "pretokenizers");
        if (preTokenizers.Count == 0 && merges.Count == 0)
            return new CharacterTokenizer([.. tokens.ById.Select((token, id) => added.Exists(other => other.Id == id) ? null : token)], added);

        if (BytePairOptions.FirstOrDefault(option => model.TryGetProperty(option, out var value) && !IsOff(value)) is { } wanted)
            throw new FormatException($"asks for {wanted}, which is not supported in byte-pair encoding");
        return new BytePairTokenizer(new BytePairVocabulary(
            tokens.ById, merges, Pattern(preTokenizers), IsComposed(root), Flag(model, "ignore_merges"), added));
    }

    private static bool IsOff(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.False || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""));

    private static List<(int Left, int Right)> Merges(JsonElement model, TokenList tokens)
    {
        var merges = new List<(int, int)>();
        if (!model.TryGetProperty("merges", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new FormatException("has no merges, a list of pairs of tokens");
        foreach (var merge in list.EnumerateArray())
        {
            // Older files write a pair as one text, newer ones as a list.
            var where = $"as merge {merges.Count}";
            if (merge.ValueKind == JsonValueKind.String)
                merges.Add(VocabularyText.ParseMerge(merge.GetString()!, tokens, where));
            else if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2 && merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String))
                merges.Add((tokens.IdOf(merge[0].GetString()!), tokens.IdOf(merge[1].GetString()!)));
            else
                throw new FormatException($"has no pair of tokens {where}");
        }

        return merges;
    }

    private static WordPattern Pattern(List<JsonElement> steps)
    {
        WordPattern? pattern = null;
        var isByteLevel = false;
        foreach (var step in steps)
        {
            switch (Text(step, "type"))
            {
                case "Split" when pattern is null && Text(step, "behavior") == "Isolated" && !Flag(step, "invert"):
                    var regex = step.TryGetProperty("pattern", out var value) ? Text(value, "Regex") : null;
                    pattern = regex is null ? null : WordPattern.Of(regex);
                    if (pattern is null)
                        throw new FormatException($"splits words by the pattern {InvalidFileException.Quote(regex ?? "")}, which is not among those that are known: GPT-2's, GPT-4's and Llama 3's, Qwen's");
                    break;
                case "ByteLevel" when !Flag(step, "add_prefix_space"):
                    isByteLevel = true;
                    if (!step.TryGetProperty("use_regex", out var usesRegex) || usesRegex.ValueKind == JsonValueKind.True)
                        pattern = pattern is null ? WordPattern.Gpt2 : throw new FormatException("splits words by two patterns, which is not supported");
                    break;
                case var type:
                    throw new FormatException($"has a pre-tokenizer {InvalidFileException.Quote(type ?? "")} in a form that is not supported");
            }
        }

        return isByteLevel && pattern is not null ? pattern : throw new FormatException("is byte-pair encoding without a pre-tokenizer ByteLevel, which is not supported");
    }

    private static bool IsComposed(JsonElement root)
    {
        var steps = Steps(root, "normalizer", "normalizers");
        return steps.Select(step => Text(step, "type")).ToArray() switch
        {
            [] => false,
            ["NFC"] => true,
            [.., var type] => throw new FormatException($"has a normalizer {InvalidFileException.Quote(type ?? "")} in a form that is not supported in byte-pair encoding"),
        };
    }

    private static WordPieceTokenizer ReadWordPiece(JsonElement root, JsonElement model, TokenList tokens, List<AddedToken> added)
    {
        if (Steps(root, "normalizer", "normalizers") is not [var normalizer] || Text(normalizer, "type") != "BertNormalizer")
            throw new FormatException("is WordPiece without BERT's normalizer, which is not supported");
        if (Steps(root, "pre_tokenizer", "pretokenizers") is not [var preTokenizer] || Text(preTokenizer, "type") != "BertPreTokenizer")
            throw new FormatException("is WordPiece without BERT's pre-tokenizer, which is not supported");
        var isLowerCase = Flag(normalizer, "lowercase");
        var stripsAccents = normalizer.TryGetProperty("strip_accents", out var strip) && strip.ValueKind != JsonValueKind.Null ? strip.ValueKind == JsonValueKind.True : isLowerCase;
        var longest = model.TryGetProperty("max_input_chars_per_word", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 100;
        return new WordPieceTokenizer(new WordPieceVocabulary(
            tokens.ById, Text(model, "continuing_subword_prefix") ?? "##", Text(model, "unk_token") ?? "[UNK]", longest,
            new BertText(isLowerCase, stripsAccents, Flag(normalizer, "handle_chinese_chars"), Flag(normalizer, "clean_text")), added));
    }

    private static List<AddedToken> AddedTokens(JsonElement root, TokenList tokens)
    {
        var added = new List<AddedToken>();
        if (!root.TryGetProperty("added_tokens", out var list) || list.ValueKind != JsonValueKind.Array)
            return added;
        foreach (var element in list.EnumerateArray())
        {
            var text = Text(element, "content");
            if (string.IsNullOrEmpty(text) || !element.TryGetProperty("id", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var id))
                throw new FormatException("has an added token without content or id");
            if (id < 0 || id >= tokens.ById.Count + list.GetArrayLength() + ushort.MaxValue)
                throw new FormatException($"gives the added token {InvalidFileException.Quote(text)} the id {id}, which is out of range for {tokens.ById.Count} tokens");
            if (id < tokens.ById.Count && tokens.ById[id] is { } other && other != text)
                throw new FormatException($"gives the id {id} to two tokens, {InvalidFileException.Quote(other)} and {InvalidFileException.Quote(text)}");
            if (added.Exists(token => token.Id == id || token.Text == text))
                throw new FormatException($"has the added token {InvalidFileException.Quote(text)} twice");
            if (Flag(element, "single_word"))
                throw new FormatException($"wants the added token {InvalidFileException.Quote(text)} as a single word, which is not supported");
            added.Add(new AddedToken(text, id, Flag(element, "special"), Flag(element, "lstrip"), Flag(element, "rstrip")));
        }

        return added;
    }

    /// <summary>A part's steps: those of a sequence, or the one that it is; none where it is null.</summary>
    private static List<JsonElement> Steps(JsonElement root, string part, string list)
    {
        if (!root.TryGetProperty(part, out var element) || element.ValueKind == JsonValueKind.Null)
            return [];
        if (Text(element, "type") != "Sequence")
            return [element];
        return element.TryGetProperty(list, out var steps) && steps.ValueKind == JsonValueKind.Array
            ? [.. steps.EnumerateArray()]
            : throw new FormatException($"has a {part} of the type Sequence without {list}");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
