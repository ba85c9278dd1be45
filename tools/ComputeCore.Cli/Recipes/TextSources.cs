using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using ComputeCore.Data;
using ComputeCore.Formats;
using ComputeCore.Text;

namespace ComputeCore.Cli.Recipes;

/// <summary>Texts by the name of a data set or by their files, and what the recipes make of them.</summary>
internal static class TextSources
{
    private const long LongestText = 1L << 30;

    /// <summary>A text, and its part for validation: a data set's own, or the last tenth.</summary>
    /// <param name="names">Data sets or files, with commas between them.</param>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidFileException">It is empty, too long, or no UTF-8.</exception>
    public static (byte[] Training, byte[] Validation) Load(string names)
    {
        if (TextDatasets.Names.Contains(names))
        {
            var folder = DataSources.Fetch(names);
            if (File.Exists(Path.Combine(folder, "train.txt")))
                return (Read(Path.Combine(folder, "train.txt")), Read(Path.Combine(folder, "validation.txt")));
            return Split(Read(Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal).First()));
        }

        return Split([.. names.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(Read)]);
    }

    /// <exception cref="InvalidFileException">It is empty, too long, or no UTF-8.</exception>
    public static byte[] Read(string path)
    {
        if (!File.Exists(path))
            throw new IOException($"There is no file and no text '{path}'; the texts are {string.Join(", ", TextDatasets.Names)}.");
        return new FileInfo(path).Length <= LongestText
            ? Utf8Text.Read(path).ToArray()
            : throw new InvalidFileException(path, $"is {new FileInfo(path).Length} bytes long, but a text has at most {LongestText}");
    }

    /// <summary>Encodes a text into a token file.</summary>
    public static void Encode(Tokenizer tokenizer, byte[] text, string path)
    {
        var ids = new List<int>();
        tokenizer.Encode(text, ids);
        TokenFile.Write(path, tokenizer.VocabularySize, writer => writer.Append(CollectionsMarshal.AsSpan(ids)));
    }

    // At a character's beginning.
    private static (byte[], byte[]) Split(byte[] text)
    {
        var cut = (int)(text.LongLength * 9 / 10);
        while (cut < text.Length && Rune.DecodeFromUtf8(text.AsSpan(cut), out _, out _) != OperationStatus.Done)
            cut++;
        return (text[..cut], text[cut..]);
    }
}
