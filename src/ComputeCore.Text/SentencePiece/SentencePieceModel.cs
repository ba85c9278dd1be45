using System.Buffers.Binary;

namespace ComputeCore.Text;

/// <summary>What a piece of a SentencePiece model is.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>A piece of a SentencePiece model.</summary>
internal readonly record struct Piece(byte[] Text, float Score, PieceKind Kind);

/// <summary>
/// The parts of a SentencePiece model that encoding needs, read from its protobuf message <c>ModelProto</c> (field numbers from
/// <c>sentencepiece_model.proto</c>): 1, the pieces; 2, how it was trained; 3, how text is normalized.
/// </summary>
internal sealed class SentencePieceModel
{
    private SentencePieceModel()
    {
    }

    public List<Piece> Pieces { get; } = [];

    public bool IsBytePair { get; private set; }

    public bool HasByteFallback { get; private set; }

    /// <summary>The rules of the normalization, compiled; empty for none.</summary>
    public byte[] Rules { get; private set; } = [];

    public bool AddsPrefix { get; private set; } = true;

    public bool RemovesExtraSpaces { get; private set; } = true;

    /// <exception cref="FormatException">It is no such model, or of a kind that is not supported.</exception>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> content)
    {
        var model = new SentencePieceModel();
        var type = 1UL;
        foreach (var field in new Message(content))
        {
            if (field.Number == 1 && field.IsBytes)
                model.Pieces.Add(ParsePiece(field.Bytes));
            else if (field.Number == 2 && field.IsBytes)
                type = model.ParseTrainer(field.Bytes);
            else if (field.Number == 3 && field.IsBytes)
                model.ParseNormalizer(field.Bytes);
        }

        if (model.Pieces.Count(piece => piece.Kind == PieceKind.Unknown) != 1)
            throw new FormatException("is no SentencePiece model: it has not one piece for the unknown");
        model.IsBytePair = type switch
        {
            1 => false,
            2 => true,
            _ => throw new FormatException($"is a SentencePiece model of the type {type}; unigram (1) and BPE (2) are supported"),
        };
        if (model.IsBytePair && model.Pieces.Exists(piece => piece.Kind == PieceKind.Unused))
            throw new FormatException("is a SentencePiece model of the type BPE with unused pieces, which are not supported");
        return model;
    }

    private static Piece ParsePiece(ReadOnlySpan<byte> content)
    {
        var piece = new Piece([], 0, PieceKind.Normal);
        foreach (var field in new Message(content))
        {
            if (field.Number == 1 && field.IsBytes)
                piece = piece with { Text = field.Bytes.ToArray() };
            else if (field.Number == 2)
                piece = piece with { Score = BitConverter.UInt32BitsToSingle((uint)field.Value) };
            else if (field.Number == 3)
                piece = piece with { Kind = field.Value is >= 1 and <= 6 ? (PieceKind)field.Value : throw new FormatException($"has a piece of the unknown kind {field.Value}") };
        }

        return piece.Text.Length > 0 && !float.IsNaN(piece.Score) ? piece : throw new FormatException("has a piece without text or with a score that is no number");
    }

    private ulong ParseTrainer(ReadOnlySpan<byte> content)
    {
        var type = 1UL;
        foreach (var field in new Message(content))
        {
            if (field.Number == 3)
                type = field.Value;
            else if (field.Number == 35)
                HasByteFallback = field.Value != 0;
            else if (field.Number == 24 && field.Value != 0)
                throw new FormatException("writes spaces after words (treat_whitespace_as_suffix), which is not supported");
        }

        return type;
    }

    private void ParseNormalizer(ReadOnlySpan<byte> content)
    {
        foreach (var field in new Message(content))
        {
            if (field.Number == 2 && field.IsBytes)
                Rules = field.Bytes.ToArray();
            else if (field.Number == 3)
                AddsPrefix = field.Value != 0;
            else if (field.Number == 4)
                RemovesExtraSpaces = field.Value != 0;
            else if (field.Number == 5 && field.Value == 0)
                throw new FormatException("does not escape spaces (escape_whitespaces), which is not supported");
        }
    }

    /// <summary>The fields of a protobuf message, one after another.</summary>
    private ref struct Message(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public Field Current { get; private set; }

        public readonly Message GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest.IsEmpty)
                return false;
            var tag = Varint();
            var number = (int)Math.Min(tag >> 3, int.MaxValue);
            Current = (tag & 7) switch
            {
                0 => new Field(number, Varint(), [], false),
                1 => new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), [], false),
                2 => new Field(number, 0, Take(Varint()), true),
                5 => new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), [], false),
                _ => throw new FormatException("is no SentencePiece model: it has a field of an unknown kind"),
            };
            return true;
        }

        private ulong Varint()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Take(1)[0];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                    return value;
            }

            throw new FormatException("is no SentencePiece model: it has a number of more than 64 bits");
        }

        private ReadOnlySpan<byte> Take(ulong length)
        {
            if (length > (ulong)rest.Length)
                throw new FormatException("is no SentencePiece model, or cut off: a field is longer than what is left");
            var taken = rest[..(int)length];
            rest = rest[(int)length..];
            return taken;
        }
    }

    private readonly ref struct Field(int number, ulong value, ReadOnlySpan<byte> bytes, bool isBytes)
    {
        public int Number => number;

        public ulong Value => value;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public bool IsBytes => isBytes;
    }
}
