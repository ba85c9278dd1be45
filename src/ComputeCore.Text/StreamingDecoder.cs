using System.Buffers;
using System.Text;

namespace ComputeCore.Text;

/// <summary>
/// Turns token ids into text one by one. A token may end inside of a character: its bytes wait for the next one. Bytes that
/// make no character become U+FFFD.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer tokenizer;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly ArrayBufferWriter<byte> bytes = new();
    private bool isFirst = true;

    internal StreamingDecoder(Tokenizer tokenizer) => this.tokenizer = tokenizer;

    /// <summary>The text that a further token completes; may be empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such id.</exception>
    public string Append(int id)
    {
        bytes.ResetWrittenCount();
        tokenizer.AppendPiece(id, isFirst, bytes);
        isFirst = false;
        return Text(flush: false);
    }

    /// <summary>Ends the text: U+FFFD if bytes still wait, otherwise nothing.</summary>
    public string Finish()
    {
        bytes.ResetWrittenCount();
        isFirst = true;
        return Text(flush: true);
    }

    private string Text(bool flush)
    {
        var characters = new char[decoder.GetCharCount(bytes.WrittenSpan, flush)];
        decoder.GetChars(bytes.WrittenSpan, characters, flush);
        return new string(characters);
    }
}
