using System.Buffers;
using System.Text;

namespace ComputeCore.Text;

/// <summary>A token that stands in text as a whole, outside of the model: <c>&lt;|endoftext|&gt;</c>.</summary>
/// <param name="Text">How it is written.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsSpecial">Whether it steers the model, and is no text.</param>
/// <param name="StripsLeft">Whether white space before it belongs to it.</param>
/// <param name="StripsRight">Whether white space after it belongs to it.</param>
internal readonly record struct AddedToken(string Text, int Id, bool IsSpecial, bool StripsLeft = false, bool StripsRight = false);

/// <summary>Finds the added tokens in a text: the leftmost one, and of several that start there the longest.</summary>
internal sealed class AddedTokens
{
    private readonly (byte[] Utf8, AddedToken Token)[] longestFirst;
    private readonly SearchValues<byte> firstBytes;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        All = [.. tokens];
        longestFirst = [.. All.Select(token => (Encoding.UTF8.GetBytes(token.Text), token)).OrderByDescending(entry => entry.Item1.Length)];
        firstBytes = SearchValues.Create([.. longestFirst.Select(entry => entry.Utf8[0]).Distinct()]);
    }

    public IReadOnlyList<AddedToken> All { get; }

    /// <summary>The next added token from an index on, with the white space that it takes: its start, end and id.</summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, int from, out int start, out int end, out int id)
    {
        for (start = from; ; start++)
        {
            var step = utf8[start..].IndexOfAny(firstBytes);
            if (step < 0)
                break;
            start += step;
            foreach (var (text, token) in longestFirst)
            {
                if (!utf8[start..].StartsWith(text))
                    continue;
                (end, id) = (start + text.Length, token.Id);
                while (token.StripsRight && end < utf8.Length && CharacterClasses.At(utf8, end, out var length) == CharacterClass.Whitespace)
                    end += length;
                while (token.StripsLeft && start > from && IsWhitespaceBefore(utf8, start, out var length))
                    start -= length;
                return true;
            }
        }

        (end, id) = (0, 0);
        return false;
    }

    private static bool IsWhitespaceBefore(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        Rune.DecodeLastFromUtf8(utf8[..index], out var rune, out length);
        return Rune.IsWhiteSpace(rune);
    }
}
