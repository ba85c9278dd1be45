using System.Buffers;
using System.Text;

namespace ComputeCore.Text;

/// <summary>What a WordPiece vocabulary consists of.</summary>
/// <param name="Tokens">The vocabulary as it is written, by id.</param>
/// <param name="Prefix">What tokens that go on with a word start with: <c>##</c>.</param>
/// <param name="Unknown">The token of words that the vocabulary can't spell.</param>
/// <param name="LongestWord">Characters of a word from which on it is unknown.</param>
/// <param name="Text">How text is made even and split.</param>
/// <param name="Added">Tokens outside of the model.</param>
internal sealed record WordPieceVocabulary(
    IReadOnlyList<string?> Tokens, string Prefix, string Unknown, int LongestWord, BertText Text, IReadOnlyList<AddedToken> Added);

/// <summary>
/// WordPiece as in BERT: each word is spelled by the longest tokens that fit, from its start. What decodes is the text in lower
/// case and without its spaces around punctuation; unknown words are <c>[UNK]</c>.
/// </summary>
/// <remarks>
/// Microsoft.ML.Tokenizers 2.0.1 is not used here. On the megabyte of text of the tests its BERT tokenizer gives other ids for 95
/// of 145 documents: among other things it takes accents off by .NET's normalization, which does nothing in a program with
/// invariant globalization.
/// </remarks>
public sealed class WordPieceTokenizer : Tokenizer
{
    private readonly WordPieceVocabulary vocabulary;
    private readonly ByteMap starts;
    private readonly ByteMap continuations;
    private readonly byte[][] pieces;
    private readonly bool[] isContinuation;
    private readonly int unknown;
    private readonly int longestPiece;
    private WordCache? spareCache;

    internal WordPieceTokenizer(WordPieceVocabulary vocabulary)
        : base(vocabulary.Added)
    {
        this.vocabulary = vocabulary;
        var size = vocabulary.Added.Aggregate(vocabulary.Tokens.Count, (count, token) => Math.Max(count, token.Id + 1));
        (starts, continuations, pieces, isContinuation, unknown) = (new ByteMap(size), new ByteMap(size), new byte[size][], new bool[size], -1);
        pieces.AsSpan().Fill([]);
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            if (vocabulary.Tokens[id] is not { Length: > 0 } token)
                continue;
            isContinuation[id] = token.StartsWith(vocabulary.Prefix, StringComparison.Ordinal) && token.Length > vocabulary.Prefix.Length;
            pieces[id] = Encoding.UTF8.GetBytes(isContinuation[id] ? token[vocabulary.Prefix.Length..] : token);
            (isContinuation[id] ? continuations : starts)[pieces[id]] = id;
            longestPiece = Math.Max(longestPiece, pieces[id].Length);
            if (token == vocabulary.Unknown)
                unknown = id;
        }

        if (unknown < 0)
            throw new FormatException($"lacks its token for unknown words, {Formats.InvalidFileException.Quote(vocabulary.Unknown)}");
        foreach (var token in vocabulary.Added)
            (pieces[token.Id], isContinuation[token.Id]) = (Encoding.UTF8.GetBytes(token.Text), false);
    }

    /// <inheritdoc/>
    public override int VocabularySize => pieces.Length;

    /// <inheritdoc/>
    public override string TokenOf(int id) => (uint)id >= (uint)pieces.Length ? throw NoSuchId(id)
        : (id < vocabulary.Tokens.Count ? vocabulary.Tokens[id] : null) ?? Encoding.UTF8.GetString(pieces[id]);

    internal override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        // Line by line: no buffer becomes as long as the text. No word and no composition goes over a line's end.
        var cache = Interlocked.Exchange(ref spareCache, null) ?? new WordCache();
        while (!utf8.IsEmpty)
        {
            var length = utf8.IndexOf((byte)'\n') + 1;
            var text = vocabulary.Text.Normalize(length > 0 ? utf8[..length] : utf8);
            for (var index = 0; BertText.NextWord(text, ref index) is { IsEmpty: false } word;)
            {
                if (cache.TryAppend(word, ids))
                    continue;
                var start = ids.Count;
                EncodeWord(word, ids);
                cache.Add(word, ids, start);
            }

            utf8 = length > 0 ? utf8[length..] : [];
        }

        spareCache = cache;
    }

    internal override void AppendPiece(int id, bool isFirst, IBufferWriter<byte> text)
    {
        if ((uint)id >= (uint)pieces.Length)
            throw NoSuchId(id);
        if (!isFirst && !isContinuation[id])
            text.Write(" "u8);
        text.Write(pieces[id]);
    }

    internal override void Write(Stream stream)
    {
        using var json = TokenizerJson.Begin(stream, Added.All);
        json.WriteStartObject("normalizer");
        json.WriteString("type", "BertNormalizer");
        json.WriteBoolean("clean_text", vocabulary.Text.IsCleaned);
        json.WriteBoolean("handle_chinese_chars", vocabulary.Text.SplitsChinese);
        json.WriteBoolean("strip_accents", vocabulary.Text.StripsAccents);
        json.WriteBoolean("lowercase", vocabulary.Text.IsLowerCase);
        json.WriteEndObject();
        TokenizerJson.WriteType(json, "pre_tokenizer", "BertPreTokenizer");
        json.WriteNull("post_processor");
        json.WriteStartObject("decoder");
        json.WriteString("type", "WordPiece");
        json.WriteString("prefix", vocabulary.Prefix);
        json.WriteBoolean("cleanup", false);
        json.WriteEndObject();
        json.WriteStartObject("model");
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", vocabulary.Unknown);
        json.WriteString("continuing_subword_prefix", vocabulary.Prefix);
        json.WriteNumber("max_input_chars_per_word", vocabulary.LongestWord);
        TokenizerJson.WriteVocabulary(json, vocabulary.Tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void EncodeWord(ReadOnlySpan<byte> word, List<int> ids)
    {
        var start = ids.Count;
        var rest = CountCharacters(word) > vocabulary.LongestWord ? [] : word;
        while (!rest.IsEmpty)
        {
            var map = rest.Length == word.Length ? starts : continuations;
            var length = Math.Min(rest.Length, longestPiece);
            var id = 0L;
            // A piece that ends inside of a character is in no vocabulary.
            while (length > 0 && !map.TryGet(rest[..length], out id))
                length--;
            if (length == 0)
                break;
            ids.Add((int)id);
            rest = rest[length..];
        }

        if (ids.Count > start && rest.IsEmpty)
            return;
        ids.RemoveRange(start, ids.Count - start);
        ids.Add(unknown);
    }

    private static int CountCharacters(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var value in utf8)
            count += (value & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }
}
