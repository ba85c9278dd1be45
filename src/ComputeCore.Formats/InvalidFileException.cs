using System.Text;

namespace ComputeCore.Formats;

/// <summary>
/// A file from outside that is not what its format demands, or holds what ComputeCore does not support. The message is one
/// sentence that names the file, the problem, and the place in the file or the tensor.
/// </summary>
public sealed class InvalidFileException : FormatException
{
    /// <summary>Says what is wrong with a file.</summary>
    /// <param name="path">The file, as the caller named it.</param>
    /// <param name="what">The rest of the sentence, without a full stop: "is 3 bytes long, but ...".</param>
    /// <param name="inner">What a decoder threw, if one did.</param>
    public InvalidFileException(string path, string what, Exception? inner = null)
        : base($"The file '{path}' {what}.", inner) => Path = path;

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>
    /// Text from a file, quoted for a message: shortened to 80 characters, and without control characters, by which a hostile
    /// file could steer the terminal that shows the message.
    /// </summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int Longest = 80;
        var quoted = new StringBuilder("'", Longest + 8);
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, Longest)))
            quoted.Append(char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character);
        return quoted.Append(text.Length > Longest ? "...'" : "'").ToString();
    }
}
