using System.Buffers;
using System.Text;
using ML = Microsoft.ML.Tokenizers;

namespace ComputeCore.Text;

/// <summary>A SentencePiece model, unigram or BPE (Kudo and Richardson, 2018), run by Microsoft.ML.Tokenizers.</summary>
public sealed class SentencePieceTokenizer : Tokenizer
{
    private readonly ML.SentencePieceTokenizer model;
    private readonly byte[] content;

    private SentencePieceTokenizer(ML.SentencePieceTokenizer model, byte[] content)
        : base([])
    {
        this.model = model;
        this.content = content;
    }

    /// <inheritdoc/>
    public override int VocabularySize => model.Vocabulary.Count;

    internal static SentencePieceTokenizer Parse(byte[] content) =>
        new(ML.SentencePieceTokenizer.Create(new MemoryStream(content), addBeginningOfSentence: false, addEndOfSentence: false), content);

    /// <inheritdoc/>
    public override string TokenOf(int id) => throw NoSuchId(id);

    internal override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids) => ids.AddRange(model.EncodeToIds(Encoding.UTF8.GetString(utf8)));

    internal override void AppendPiece(int id, bool isFirst, IBufferWriter<byte> text) => throw NoSuchId(id);

    internal override void Write(Stream stream) => stream.Write(content);
}
