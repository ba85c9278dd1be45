using System.Buffers;
using System.Globalization;
using System.Text;

namespace ComputeCore.Text;

/// <summary>
/// A SentencePiece model, unigram or BPE (Kudo and Richardson, 2018, "SentencePiece"). Its control pieces, such as <c>&lt;s&gt;</c>, are
/// special tokens that no text becomes.
/// </summary>
/// <remarks>
/// Microsoft.ML.Tokenizers 2.0.1 is not used here: on the lines of text of the tests its SentencePiece tokenizer gives other ids
/// than SentencePiece 0.1.97, in 37 of 268 parts for a unigram model and in 162 for BPE, at 0.4 to 1 MB/s.
/// </remarks>
public sealed class SentencePieceTokenizer : Tokenizer
{
    private readonly byte[] content;
    private readonly SentencePieceModel model;
    private readonly SentencePieceNormalizer normalizer;
    private readonly Segmenter segment;
    private readonly int unknown;
    private readonly int[] idOfByte = new int[256];

    /// <summary>
    /// Whether words can be merged one by one, and kept: no piece goes on behind a space. Not for a unigram model, whose sums over
    /// the whole text decide, by their rounding, between ways that are equally good.
    /// </summary>
    private readonly bool hasWords;
    private WordCache? spareCache;

    private SentencePieceTokenizer(SentencePieceModel model, byte[] content)
        : base(model.Pieces.Select((piece, id) => (piece, id))
            .Where(entry => entry.piece.Kind is PieceKind.Control or PieceKind.Unknown)
            .DistinctBy(entry => Encoding.UTF8.GetString(entry.piece.Text))
            .Select(entry => new AddedToken(Encoding.UTF8.GetString(entry.piece.Text), entry.id, IsSpecial: true)), areInText: false)
    {
        (this.model, this.content) = (model, content);
        var userDefined = new PieceTrie();
        idOfByte.AsSpan().Fill(-1);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id];
            if (piece.Kind == PieceKind.UserDefined)
                userDefined.Add(piece.Text, id);
            else if (piece.Kind == PieceKind.Byte)
                idOfByte[ByteOf(piece)] = id;
            else if (piece.Kind == PieceKind.Unknown)
                unknown = id;
        }

        if (model.HasByteFallback && idOfByte.IndexOf(-1) is >= 0 and var missing)
            throw new FormatException($"falls back to bytes, but has no piece for the byte 0x{missing:X2}");
        hasWords = model.IsBytePair && !model.Pieces.Exists(piece => piece.Text.AsSpan().LastIndexOf(SentencePieceNormalizer.Space) > 0);
        normalizer = new SentencePieceNormalizer(model, userDefined);
        segment = model.IsBytePair ? new BytePairSegmenter(model.Pieces, userDefined).Segment : new UnigramSegmenter(model.Pieces).Segment;
    }

    private delegate void Segmenter(ReadOnlySpan<byte> text, Action<int, int> emit);

    /// <inheritdoc/>
    public override int VocabularySize => model.Pieces.Count;

    /// <inheritdoc/>
    public override string TokenOf(int id) => Encoding.UTF8.GetString(PieceOf(id).Text);

    /// <exception cref="FormatException">It is no such model, damaged, or of a kind that is not supported.</exception>
    internal static SentencePieceTokenizer Parse(byte[] content) => new(SentencePieceModel.Parse(content), content);

    internal override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids)
    {
        var text = normalizer.Normalize(utf8);
        if (!hasWords)
        {
            EncodeNormalized(text, ids);
            return;
        }

        var cache = Interlocked.Exchange(ref spareCache, null) ?? new WordCache();
        while (!text.IsEmpty)
        {
            var next = text[1..].IndexOf(SentencePieceNormalizer.Space);
            var word = next < 0 ? text : text[..(next + 1)];
            if (!cache.TryAppend(word, ids))
            {
                var start = ids.Count;
                EncodeNormalized(word, ids);
                cache.Add(word, ids, start);
            }

            text = text[word.Length..];
        }

        spareCache = cache;
    }

    internal override void AppendPiece(int id, bool isFirst, IBufferWriter<byte> text)
    {
        var piece = PieceOf(id);
        switch (piece.Kind)
        {
            case PieceKind.Control:
                break;
            case PieceKind.Unknown:
                // As SentencePiece writes it.
                text.Write(" ⁇ "u8);
                break;
            case PieceKind.Byte:
                text.Write([ByteOf(piece)]);
                break;
            default:
                var rest = piece.Text.AsSpan();
                if (isFirst && model.AddsPrefix && rest.StartsWith(SentencePieceNormalizer.Space))
                    rest = rest[SentencePieceNormalizer.Space.Length..];
                for (; rest.IndexOf(SentencePieceNormalizer.Space) is >= 0 and var space; rest = rest[(space + SentencePieceNormalizer.Space.Length)..])
                {
                    text.Write(rest[..space]);
                    text.Write(" "u8);
                }

                text.Write(rest);
                break;
        }
    }

    internal override void Write(Stream stream) => stream.Write(content);

    private void EncodeNormalized(ReadOnlySpan<byte> normalized, List<int> ids)
    {
        var text = normalized.ToArray();
        var (start, followsUnknown) = (0, false);
        segment(text, (end, id) =>
        {
            if (id < 0 && model.HasByteFallback)
            {
                foreach (var value in text.AsSpan(start..end))
                    ids.Add(idOfByte[value]);
            }
            else if (id >= 0 || !followsUnknown)
            {
                ids.Add(id < 0 ? unknown : id);
            }

            (start, followsUnknown) = (end, id < 0);
        });
    }

    private Piece PieceOf(int id) => (uint)id < (uint)model.Pieces.Count ? model.Pieces[id] : throw NoSuchId(id);

    /// <summary>A byte's piece is written <c>&lt;0x0A&gt;</c>.</summary>
    private static byte ByteOf(Piece piece)
    {
        var text = Encoding.UTF8.GetString(piece.Text);
        return text is ['<', '0', 'x', _, _, '>'] && byte.TryParse(text.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"has a piece for a byte that is written {Formats.InvalidFileException.Quote(text)}");
    }
}
