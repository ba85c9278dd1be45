using System.Buffers;
using System.Text;
using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>
/// Turns text into token ids and back. All methods may be called by several threads at a time.
/// </summary>
public abstract class Tokenizer
{
    /// <param name="addedTokens">Tokens outside of the model.</param>
    /// <param name="areInText">Whether what is written like one of them in a text becomes its id.</param>
    private protected Tokenizer(IEnumerable<AddedToken> addedTokens, bool areInText = true)
    {
        List<AddedToken> tokens = [.. addedTokens];
        Added = new AddedTokens(areInText ? tokens : []);
        SpecialTokens = tokens.Where(token => token.IsSpecial).ToDictionary(token => token.Text, token => token.Id);
    }

    /// <summary>Number of ids: every id is at least 0 and below this. A model's table of embeddings has so many rows.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Ids of the tokens that steer a model and are no text, such as <c>&lt;|endoftext|&gt;</c> or <c>[MASK]</c>.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    private protected AddedTokens Added { get; }

    /// <summary>
    /// Reads a tokenizer: Hugging Face's <c>tokenizer.json</c>, OpenAI's pair <c>encoder.json</c> and <c>vocab.bpe</c> or
    /// <c>vocab.json</c> and <c>merges.txt</c> (name either; the other lies beside it), BERT's <c>vocab.txt</c>, or a SentencePiece
    /// <c>.model</c>. Which it is, is told by the content.
    /// </summary>
    /// <exception cref="InvalidFileException">The file is damaged, or asks for what ComputeCore does not support; the message says what.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static Tokenizer Load(string path) => TokenizerFiles.Load(path);

    /// <summary>The ids of a text. Added tokens in it, such as <c>&lt;|endoftext|&gt;</c>, become their ids, as Hugging Face's tokenizers do it; none are added.</summary>
    /// <param name="text">The text; surrogates that stand alone count as U+FFFD.</param>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        Encode(Encoding.UTF8.GetBytes(text), ids);
        return [.. ids];
    }

    /// <summary>Appends the ids of a UTF-8 text to a list.</summary>
    public void Encode(ReadOnlySpan<byte> utf8, ICollection<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = ids as List<int> ?? [];
        var done = 0;
        while (Added.TryFind(utf8, done, out var start, out var end, out var id))
        {
            EncodeOrdinary(utf8[done..start], list);
            list.Add(id);
            done = end;
        }

        EncodeOrdinary(utf8[done..], list);
        if (!ReferenceEquals(list, ids))
        {
            foreach (var id in list)
                ids.Add(id);
        }
    }

    /// <summary>The text of some ids. Bytes that make no character, as where ids were cut apart, become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such id.</exception>
    public string Decode(ReadOnlySpan<int> ids) => Encoding.UTF8.GetString(DecodeBytes(ids));

    /// <summary>The UTF-8 bytes of some ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such id.</exception>
    public byte[] DecodeBytes(ReadOnlySpan<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>();
        for (var i = 0; i < ids.Length; i++)
            AppendPiece(ids[i], i == 0, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A decoder that takes ids one by one.</summary>
    public StreamingDecoder CreateDecoder() => new(this);

    /// <summary>A token as the vocabulary writes it: <c>Ġthe</c>, <c>##ing</c>, <c>▁the</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such id.</exception>
    public abstract string TokenOf(int id);

    /// <summary>
    /// Writes the tokenizer as <c>tokenizer.json</c>, which Hugging Face's tokenizers read too. One that was loaded from a
    /// SentencePiece model is written as such a model again.
    /// </summary>
    /// <exception cref="IOException">The file can't be written; an older one is untouched.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    internal abstract void Write(Stream stream);

    /// <summary>Encodes text in which there are no added tokens.</summary>
    internal abstract void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> ids);

    /// <summary>Appends what a token adds to a text; some add less at its start.</summary>
    internal abstract void AppendPiece(int id, bool isFirst, IBufferWriter<byte> text);

    private protected ArgumentOutOfRangeException NoSuchId(int id) =>
        new(nameof(id), $"There is no token {id}: the vocabulary has ids from 0 to {VocabularySize - 1}.");
}
