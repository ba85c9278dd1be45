using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ComputeCore.Text;

/// <summary>What a byte-level BPE vocabulary consists of.</summary>
/// <param name="Tokens">The vocabulary as it is written, by id; null where an id belongs to no token of the model.</param>
/// <param name="Merges">Pairs of ids, the first to be merged first.</param>
/// <param name="Pattern">How text is split into words.</param>
/// <param name="IsComposed">Whether text is brought into Unicode's form C first.</param>
/// <param name="PrefersWholeWords">Whether a word that is a token is not merged from its bytes (Llama 3's <c>ignore_merges</c>).</param>
/// <param name="Added">Tokens outside of the model.</param>
internal sealed record BytePairVocabulary(
    IReadOnlyList<string?> Tokens, IReadOnlyList<(int Left, int Right)> Merges, WordPattern Pattern, bool IsComposed, bool PrefersWholeWords, IReadOnlyList<AddedToken> Added);

/// <summary>
/// Byte-level byte-pair encoding: GPT-2's, Llama 3's, Qwen's. Any bytes, UTF-8 or not, decode to themselves, unless the
/// vocabulary asks for Unicode's form C.
/// </summary>
/// <remarks>
/// Microsoft.ML.Tokenizers 2.0.1 is not used here. On the megabyte of text of the tests its GPT-2 tokenizer gives other ids for 74
/// of 145 documents, and its BPE with Qwen's vocabulary for 2, since it does not normalize; it encodes 1 to 3 MB/s, and does not
/// train.
/// </remarks>
public sealed class BytePairTokenizer : Tokenizer
{
    private readonly BytePairVocabulary vocabulary;
    private readonly MergeTable merges;
    private readonly byte[]?[] pieces;
    private readonly int[] idOfByte = new int[256];
    private readonly ByteMap? wholeWords;
    private WordCache? spareCache;

    internal BytePairTokenizer(BytePairVocabulary vocabulary)
        : base(vocabulary.Added)
    {
        this.vocabulary = vocabulary;
        var size = vocabulary.Added.Aggregate(vocabulary.Tokens.Count, (count, token) => Math.Max(count, token.Id + 1));
        pieces = new byte[]?[size];
        var ids = new ByteMap(size);
        idOfByte.AsSpan().Fill(-1);
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            if (vocabulary.Tokens[id] is not { } token)
                continue;
            // A token that can't come from merges, such as an added one that is in the vocabulary too, is its own text.
            var piece = ByteAlphabet.Read(token) ?? Encoding.UTF8.GetBytes(token);
            pieces[id] = piece;
            ids[piece] = id;
            if (token.Length == 1 && piece.Length == 1)
                idOfByte[piece[0]] = id;
        }

        if (idOfByte.IndexOf(-1) is >= 0 and var missing)
            throw new FormatException($"has no token for the byte 0x{missing:X2}, as a byte-level vocabulary must");
        foreach (var token in vocabulary.Added)
            pieces[token.Id] = Encoding.UTF8.GetBytes(token.Text);
        merges = new MergeTable([.. vocabulary.Merges.Select(merge => (merge.Left, merge.Right, MergedId(ids, merge)))]);
        wholeWords = vocabulary.PrefersWholeWords ? ids : null;
    }

    /// <inheritdoc/>
    public override int VocabularySize => pieces.Length;

    /// <inheritdoc/>
    public override string TokenOf(int id) =>
        Added.All.FirstOrDefault(token => token.Id == id).Text ?? (id < 0 || id >= pieces.Length ? throw NoSuchId(id) : id < vocabulary.Tokens.Count ? vocabulary.Tokens[id] ?? "" : "");

    internal override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        if (vocabulary.IsComposed)
            utf8 = CanonicalNormalization.Compose(utf8, new ArrayBufferWriter<byte>());
        // Whoever finds the cache taken uses one of its own.
        var cache = Interlocked.Exchange(ref spareCache, null) ?? new WordCache();
        for (var index = 0; index < utf8.Length;)
        {
            var length = vocabulary.Pattern.FirstWord(utf8[index..]);
            EncodeWord(utf8.Slice(index, length), cache, ids);
            index += length;
        }

        spareCache = cache;
    }

    internal override void AppendPiece(int id, bool isFirst, IBufferWriter<byte> text)
    {
        if ((uint)id >= (uint)pieces.Length)
            throw NoSuchId(id);
        text.Write(pieces[id]);
    }

    internal override void Write(Stream stream)
    {
        using var json = TokenizerJson.Begin(stream, Added.All);
        TokenizerJson.WriteType(json, "normalizer", vocabulary.IsComposed ? "NFC" : null);
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", vocabulary.Pattern.Regex);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        json.WriteStartObject();
        WriteByteLevel(json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteNull("post_processor");
        json.WriteStartObject("decoder");
        WriteByteLevel(json);

        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", vocabulary.PrefersWholeWords);
        TokenizerJson.WriteVocabulary(json, vocabulary.Tokens);
        json.WriteStartArray("merges");
        foreach (var (left, right) in vocabulary.Merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(vocabulary.Tokens[left]);
            json.WriteStringValue(vocabulary.Tokens[right]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();

        static void WriteByteLevel(Utf8JsonWriter json)
        {
            json.WriteString("type", "ByteLevel");
            json.WriteBoolean("add_prefix_space", false);
            json.WriteBoolean("trim_offsets", false);
            json.WriteBoolean("use_regex", false);
            json.WriteEndObject();
        }
    }

    private void EncodeWord(ReadOnlySpan<byte> word, WordCache cache, List<int> ids)
    {
        if (cache.TryAppend(word, ids))
            return;
        var start = ids.Count;
        if (wholeWords is not null && wholeWords.TryGet(word, out var whole))
        {
            ids.Add((int)whole);
        }
        else
        {
            foreach (var value in word)
                ids.Add(idOfByte[value]);
            merges.Apply(ids, start);
        }

        cache.Add(word, ids, start);
    }

    private int MergedId(ByteMap ids, (int Left, int Right) merge)
    {
        byte[] merged = [.. pieces[merge.Left]!, .. pieces[merge.Right]!];
        return ids.TryGet(merged, out var id)
            ? (int)id
            : throw new FormatException($"merges {Formats.InvalidFileException.Quote(vocabulary.Tokens[merge.Left]!)} and {Formats.InvalidFileException.Quote(vocabulary.Tokens[merge.Right]!)} into a token that the vocabulary lacks");
    }
}
