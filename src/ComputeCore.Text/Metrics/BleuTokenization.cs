using System.Text;
using System.Text.RegularExpressions;

namespace ComputeCore.Text;

/// <summary>How BLEU cuts text into words.</summary>
public enum BleuTokenization
{
    /// <summary>For languages with spaces: that of mteval-v13a, as sacreBLEU's <c>13a</c>.</summary>
    Mteval13a,

    /// <summary>Each Chinese character by itself and the rest as 13a, as sacreBLEU's <c>zh</c>.</summary>
    Chinese,
}

/// <summary>The words that BLEU compares.</summary>
internal static partial class BleuWords
{
    // sacreBLEU's ranges. Those from U+2001 and U+2F81 come of its extensions B and the supplement, written there with four
    // hexadecimal digits and one more character: they are what it compares with.
    private static readonly (int First, int Last)[] ChineseRanges =
    [
        (0x3400, 0x4DB5), (0x4E00, 0x9FBB), (0xF900, 0xFA2D), (0xFA30, 0xFA6A), (0xFA70, 0xFAD9), (0x2001, 0x2A6D), (0x2F81, 0x2FA1),
        (0xFF00, 0xFFEF), (0x2E80, 0x2EFF), (0x3000, 0x303F), (0x31C0, 0x31EF), (0x2F00, 0x2FDF), (0x2FF0, 0x2FFF), (0x3100, 0x312F),
        (0x31A0, 0x31BF), (0xFE10, 0xFE1F), (0xFE30, 0xFE4F), (0x2600, 0x26FF), (0x2700, 0x27BF), (0x3200, 0x32FF), (0x3300, 0x33FF),
    ];

    public static string[] Of(string line, BleuTokenization tokenization) => Cut(tokenization switch
    {
        BleuTokenization.Chinese => SeparateChinese(line.Trim()),
        _ => $" {WithoutEntities(line.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' '))} ",
    });

    private static string WithoutEntities(string line) => line
        .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
        .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);

    private static string SeparateChinese(string line)
    {
        var separated = new StringBuilder(2 * line.Length);
        foreach (var rune in line.EnumerateRunes())
        {
            if (Array.Exists(ChineseRanges, range => rune.Value >= range.First && rune.Value <= range.Last))
                separated.Append(' ').Append(rune).Append(' ');
            else
                separated.Append(rune);
        }

        return separated.ToString();
    }

    private static string[] Cut(string line)
    {
        line = Symbol().Replace(line, " $1 ");
        line = PointAfterOther().Replace(line, "$1 $2 ");
        line = PointBeforeOther().Replace(line, " $1 $2");
        line = DashAfterDigit().Replace(line, "$1 $2 ");
        return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    // ASCII's punctuation but for apostrophe, comma, dash and full stop.
    [GeneratedRegex(@"([\u0020-&(-+:-@/\[-`{-~])")]
    private static partial Regex Symbol();

    [GeneratedRegex("([^0-9])([.,])")]
    private static partial Regex PointAfterOther();

    [GeneratedRegex("([.,])([^0-9])")]
    private static partial Regex PointBeforeOther();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
