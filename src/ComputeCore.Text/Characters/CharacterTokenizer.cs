using System.Buffers;
using System.Text;
using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>One token for each character (Unicode scalar value) of a text.</summary>
public sealed class CharacterTokenizer : Tokenizer
{
    private readonly IReadOnlyList<string?> tokens;
    private readonly Dictionary<Rune, int> ids = [];
    private readonly byte[][] pieces;

    /// <param name="tokens">The characters by id; null where an id is that of an added token.</param>
    /// <param name="added">Tokens outside of the model.</param>
    internal CharacterTokenizer(IReadOnlyList<string?> tokens, IReadOnlyList<AddedToken> added)
        : base(added)
    {
        this.tokens = tokens;
        pieces = new byte[added.Aggregate(tokens.Count, (count, token) => Math.Max(count, token.Id + 1))][];
        pieces.AsSpan().Fill([]);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is not { } token)
                continue;
            if (!Rune.TryGetRuneAt(token, 0, out var rune) || rune.Utf16SequenceLength != token.Length)
                throw new FormatException($"has the token {InvalidFileException.Quote(token)} in a vocabulary of characters");
            ids[rune] = id;
            pieces[id] = Encoding.UTF8.GetBytes(token);
        }

        foreach (var token in added)
            pieces[token.Id] = Encoding.UTF8.GetBytes(token.Text);
    }

    /// <inheritdoc/>
    public override int VocabularySize => pieces.Length;

    /// <summary>Takes the characters of texts, in the order of their code points.</summary>
    /// <param name="texts">UTF-8.</param>
    /// <param name="specialTokens">Tokens that steer a model; they get the first ids.</param>
    public static CharacterTokenizer Train(IEnumerable<ReadOnlyMemory<byte>> texts, params IReadOnlyList<string> specialTokens)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(specialTokens);
        var characters = new SortedSet<Rune>();
        foreach (var text in texts)
        {
            for (var rest = text.Span; !rest.IsEmpty;)
            {
                Rune.DecodeFromUtf8(rest, out var rune, out var length);
                characters.Add(rune);
                rest = rest[length..];
            }
        }

        return new CharacterTokenizer(
            [.. specialTokens.Select(_ => (string?)null), .. characters.Select(rune => rune.ToString())],
            [.. specialTokens.Select((token, id) => new AddedToken(token, id, IsSpecial: true))]);
    }

    /// <inheritdoc/>
    public override string TokenOf(int id) => (uint)id < (uint)pieces.Length ? Encoding.UTF8.GetString(pieces[id]) : throw NoSuchId(id);

    /// <exception cref="ArgumentException">The text has a character that the vocabulary lacks.</exception>
    internal override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        for (var index = 0; index < utf8.Length;)
        {
            Rune.DecodeFromUtf8(utf8[index..], out var rune, out var length);
            if (!this.ids.TryGetValue(rune, out var id))
                throw new ArgumentException($"The character {InvalidFileException.Quote(rune.ToString())} (U+{rune.Value:X4}) at byte {index} is not among the tokenizer's {VocabularySize} characters.");
            ids.Add(id);
            index += length;
        }
    }

    internal override void AppendPiece(int id, bool isFirst, IBufferWriter<byte> text) =>
        text.Write((uint)id < (uint)pieces.Length ? pieces[id] : throw NoSuchId(id));

    /// <summary>To Hugging Face's tokenizers a vocabulary of characters is byte-pair encoding without merges.</summary>
    internal override void Write(Stream stream)
    {
        using var json = TokenizerJson.Begin(stream, Added.All);
        json.WriteNull("normalizer");
        json.WriteNull("pre_tokenizer");
        json.WriteNull("post_processor");
        TokenizerJson.WriteType(json, "decoder", "Fuse");
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        TokenizerJson.WriteVocabulary(json, tokens);
        json.WriteStartArray("merges");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
