namespace ComputeCore.Cli.Tests;

/// <summary>Sentences over a few words, the same in English and Chinese, and small runs of each recipe on them.</summary>
internal static class SyntheticText
{
    private static readonly (string English, string Chinese)[] Nouns = [("cat", "猫"), ("dog", "狗"), ("whale", "鲸鱼"), ("printer", "打印机"), ("window", "窗口"), ("document", "文档")];
    private static readonly (string English, string Chinese)[] Verbs = [("sees", "看见"), ("opens", "打开"), ("finds", "找到"), ("moves", "移动")];
    private static readonly (string English, string Chinese)[] Adjectives = [("old", "旧"), ("new", "新"), ("small", "小")];

    /// <summary>The recipes on text.</summary>
    public static IEnumerable<string> Recipes => ["gpt-char", "gpt-bpe", "bert-mlm", "translate"];

    /// <summary>Writes a text of lines.</summary>
    public static string WriteText(string path)
    {
        File.WriteAllLines(path, Pairs(300, seed: 1).Select((pair, i) => i % 30 == 0 ? "\f" : pair.English));
        return path;
    }

    /// <summary>Writes the three files of sentence pairs.</summary>
    public static string WritePairs(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, count, seed) in new[] { ("train", 200, 1), ("validation", 20, 2), ("test", 5, 3) })
            File.WriteAllLines(Path.Combine(folder, $"{name}.tsv"), Pairs(count, seed).Select(pair => $"page\t{pair.English}\t{pair.Chinese}"));
        return folder;
    }

    /// <summary>Trains a recipe with two layers of two heads, 16 wide.</summary>
    /// <param name="recipe">One of <see cref="Recipes"/>.</param>
    /// <param name="folder">Where its text is written.</param>
    /// <param name="run">The run's folder.</param>
    /// <param name="options">Further options.</param>
    public static Outcome Train(string recipe, TemporaryFolder folder, string run, params string[] options) => Program.Run(Arguments(recipe, folder, run, options));

    /// <inheritdoc cref="Train"/>
    public static string[] Arguments(string recipe, TemporaryFolder folder, string run, params string[] options) =>
    [
        "train", recipe, "--out", run, "--layers=2", "--heads=2", "--width=16", "--validate-every=10", "--warm-up=2",
        .. recipe switch
        {
            "translate" => ["--data", WritePairs(folder.File("pairs")), "--vocabulary=300", "--hidden=24", "--batch-tokens=128", "--context=32"],
            "gpt-char" => ["--text", WriteText(folder.File("text.txt")), "--context=32", "--batch=4"],
            "gpt-bpe" => ["--text", WriteText(folder.File("text.txt")), "--vocabulary=320", "--context=32", "--batch=4"],
            _ => (string[])["--text", WriteText(folder.File("text.txt")), "--vocabulary=100", "--context=32", "--batch=4"],
        },
        .. options,
    ];

    private static IEnumerable<(string English, string Chinese)> Pairs(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (adjective, subject, verb, thing) = (Of(Adjectives), Of(Nouns), Of(Verbs), Of(Nouns));
            yield return ($"the {adjective.English} {subject.English} {verb.English} the {thing.English}.", $"{adjective.Chinese}{subject.Chinese}{verb.Chinese}{thing.Chinese}。");
        }

        (string English, string Chinese) Of((string, string)[] words) => words[random.Next(words.Length)];
    }
}
