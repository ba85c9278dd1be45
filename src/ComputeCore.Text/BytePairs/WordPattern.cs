namespace ComputeCore.Text;

/// <summary>
/// Splits text into the words inside of which pairs are merged. Vocabularies give it as a regular expression; the known ones
/// are written out here, which is right for characters outside of the basic plane, where .NET's expressions see two
/// surrogates, and some twenty times as fast. <c>x</c> below is a word's first character.
/// </summary>
internal abstract class WordPattern
{
    /// <summary>
    /// <c>'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>: GPT-2.
    /// </summary>
    public static WordPattern Gpt2 { get; } = new Gpt2Pattern();

    private static readonly (string Regex, WordPattern Pattern)[] Known =
    [
        (@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", Gpt2),
        (@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", Gpt2),
        (Gpt4Pattern.Regex(@"\p{N}"), new Gpt4Pattern(1)),
        (Gpt4Pattern.Regex(@"\p{N}{1,3}"), new Gpt4Pattern(3)),
    ];

    /// <summary>The pattern of a regular expression, or null if it is not known.</summary>
    public static WordPattern? Of(string regex) => Known.FirstOrDefault(known => known.Regex == regex).Pattern;

    /// <summary>The regular expression, as Hugging Face's tokenizers write it.</summary>
    public string Regex => Known.First(known => known.Pattern == this).Regex;

    /// <summary>The length in bytes of the first word of a text that is not empty.</summary>
    public abstract int FirstWord(ReadOnlySpan<byte> text);

    /// <summary>The end of the run of characters of a class that goes on at an index.</summary>
    private protected static int EndOfRun(ReadOnlySpan<byte> text, int index, CharacterClass wanted)
    {
        while (index < text.Length && CharacterClasses.At(text, index, out var length) == wanted)
            index += length;
        return index;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: white space, but for the last character where a word follows.</summary>
    private protected static int WhitespaceBeforeWord(ReadOnlySpan<byte> text)
    {
        var (index, last) = (0, 0);
        while (index < text.Length && CharacterClasses.At(text, index, out var length) == CharacterClass.Whitespace)
            (last, index) = (index, index + length);
        return index == text.Length || last == 0 ? index : last;
    }

    private sealed class Gpt2Pattern : WordPattern
    {
        public override int FirstWord(ReadOnlySpan<byte> text)
        {
            if (text[0] == '\'' && Contraction(text) is > 0 and var contraction)
                return contraction;
            var start = text[0] == ' ' ? 1 : 0;
            if (start < text.Length && CharacterClasses.At(text, start, out var length) is not CharacterClass.Whitespace and var runClass)
                return EndOfRun(text, start + length, runClass);
            return WhitespaceBeforeWord(text);
        }

        private static int Contraction(ReadOnlySpan<byte> text) => text.Length < 2 ? 0 : text[1] switch
        {
            (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d' => 2,
            (byte)'r' or (byte)'v' when text.Length > 2 && text[2] == 'e' => 3,
            (byte)'l' when text.Length > 2 && text[2] == 'l' => 3,
            _ => 0,
        };
    }

    /// <summary>
    /// GPT-4's and Llama 3's pattern (up to three digits in a word) and Qwen's (one):
    /// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
    /// </summary>
    private sealed class Gpt4Pattern(int mostDigits) : WordPattern
    {
        public static new string Regex(string numbers) =>
            $@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

        public override int FirstWord(ReadOnlySpan<byte> text)
        {
            if (text[0] == '\'' && Contraction(text) is > 0 and var contraction)
                return contraction;
            var first = CharacterClasses.At(text, 0, out var length);
            if (first == CharacterClass.Letter)
                return EndOfRun(text, length, CharacterClass.Letter);
            if (first == CharacterClass.Number)
                return Digits(text, length);
            if (text[0] is not ((byte)'\r' or (byte)'\n') && EndOfRun(text, length, CharacterClass.Letter) is var letters && letters > length)
                return letters;

            var start = text[0] == ' ' ? 1 : 0;
            if (EndOfRun(text, start, CharacterClass.Other) is var others && others > start)
            {
                while (others < text.Length && text[others] is (byte)'\r' or (byte)'\n')
                    others++;
                return others;
            }

            var whitespace = text[..EndOfRun(text, 0, CharacterClass.Whitespace)];
            return whitespace.LastIndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var lineEnd ? lineEnd + 1 : WhitespaceBeforeWord(text);
        }

        private int Digits(ReadOnlySpan<byte> text, int index)
        {
            for (var count = 1; count < mostDigits && index < text.Length && CharacterClasses.At(text, index, out var length) == CharacterClass.Number; count++)
                index += length;
            return index;
        }

        private static int Contraction(ReadOnlySpan<byte> text)
        {
            if (text.Length < 2)
                return 0;
            // U+017F, the long s, is an s to an expression that ignores case.
            if (text.Length > 2 && text[1] == 0xC5 && text[2] == 0xBF)
                return 3;
            var second = text.Length > 2 ? text[2] | 0x20 : 0;
            return (text[1] | 0x20) switch
            {
                's' or 't' or 'm' or 'd' => 2,
                'r' or 'v' when second == 'e' => 3,
                'l' when second == 'l' => 3,
                _ => 0,
            };
        }
    }
}
