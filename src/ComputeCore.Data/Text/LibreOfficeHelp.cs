using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ComputeCore.Data;

/// <summary>
/// Pairs of English and Chinese sentences from LibreOffice's help, from Debian: paragraphs and headings of the same page with the
/// same id. Pages go to the training, the validation or the test set by their names, so that no page of the tests is seen in
/// training; a sentence that stands on several pages counts where tests have it. A line of a file is page, English, Chinese,
/// with tabs between them.
/// </summary>
internal static partial class LibreOfficeHelp
{
    private const string EnglishPackage = "libreoffice-help-en-us";
    private const string ChinesePackage = "libreoffice-help-zh-cn";
    private const string EnglishFolder = "usr/share/libreoffice/help/en-US/text";
    private const string ChineseFolder = "usr/share/libreoffice/help/zh-CN/text";

    /// <summary>Of 256 pages so many are tests, and as many validation.</summary>
    private const int HeldOut = 10;

    public static IReadOnlyList<string> Files { get; } = ["test.tsv", "validation.tsv", "train.tsv"];

    public static async Task FetchAsync(string target, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var (englishWork, chineseWork) = (Path.Combine(target, "english"), Path.Combine(target, "chinese"));
        var english = Path.Combine(await DebianPackage.UnpackAsync(EnglishPackage, englishWork, progress, cancellationToken).ConfigureAwait(false), EnglishFolder);
        var chinese = Path.Combine(await DebianPackage.UnpackAsync(ChinesePackage, chineseWork, progress, cancellationToken).ConfigureAwait(false), ChineseFolder);
        if (!Directory.Exists(english) || !Directory.Exists(chinese))
            throw new DatasetFetchException($"Debian's packages {EnglishPackage} and {ChinesePackage} do not hold {EnglishFolder} and {ChineseFolder}");
        progress?.Report(new FetchProgress("Aligning sentences"));
        var pages = Directory.EnumerateFiles(english, "*.html", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(english, path).Replace('\\', '/'))
            .Where(page => File.Exists(Path.Combine(chinese, page)))
            .Order(StringComparer.Ordinal)
            .ToLookup(SetOf);
        var seen = new HashSet<string>();
        for (var set = 0; set < Files.Count; set++)
        {
            await using var output = new StreamWriter(Path.Combine(target, Files[set]));
            foreach (var page in pages[set])
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var (first, second) in Align(Read(english, page), Read(chinese, page)))
                {
                    if (seen.Add(first))
                        await output.WriteAsync($"{page}\t{first}\t{second}\n").ConfigureAwait(false);
                }
            }
        }

        Directory.Delete(englishWork, recursive: true);
        Directory.Delete(chineseWork, recursive: true);
    }

    /// <summary>The sentences that two pages have in the same places, where they differ: the others were not translated.</summary>
    internal static IEnumerable<(string First, string Second)> Align(string first, string second)
    {
        var translations = new Dictionary<string, string>();
        foreach (var (id, text) in Sentences(second))
            translations.TryAdd(id, text);
        return Sentences(first).DistinctBy(sentence => sentence.Id)
            .Where(sentence => translations.TryGetValue(sentence.Id, out var translation) && translation != sentence.Text && translation.Any(IsChinese))
            .Select(sentence => (sentence.Text, translations[sentence.Id]));
    }

    private static IEnumerable<(string Id, string Text)> Sentences(string page)
    {
        foreach (Match match in Element().Matches(page))
        {
            var text = WebUtility.HtmlDecode(Tag().Replace(match.Groups["content"].Value, ""));
            var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (line.Length > 0)
                yield return (match.Groups["id"].Value, line);
        }
    }

    private static bool IsChinese(char character) => character is >= '\u4E00' and <= '\u9FFF';

    private static int SetOf(string page) => Math.Min(SHA256.HashData(Encoding.UTF8.GetBytes(page))[0] / HeldOut, 2);

    private static string Read(string folder, string page) => File.ReadAllText(Path.Combine(folder, page));

    [GeneratedRegex("""<(?<tag>p|h[1-6])\b[^>]*?\sid="(?<id>[^"]+)"[^>]*>(?<content>.*?)</\k<tag>>""", RegexOptions.Singleline)]
    private static partial Regex Element();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
