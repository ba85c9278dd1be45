using System.CommandLine;
using System.Text;
using ComputeCore.Formats;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ComputeCore.Cli.Configuration;

/// <summary>All settings of a recipe: read from a YAML file and the command line, and written as one.</summary>
internal sealed class Settings
{
    private const long LongestFile = 1 << 20;

    private readonly Type type;
    private readonly Setting[] all;

    private Settings(Type type)
    {
        this.type = type;
        // Those of the base first.
        all = [.. type.GetProperties().Where(property => Attribute.IsDefined(property, typeof(SettingAttribute))).OrderBy(property => property.DeclaringType == type).Select(property => new Setting(property))];
        Options = [.. all.Select(Option)];
    }

    /// <summary>An option of the command line for each setting.</summary>
    public IReadOnlyList<Option<string>> Options { get; }

    public static Settings Of<T>()
        where T : class, new() => new(typeof(T));

    /// <summary>The configuration that a file and the command line give together; what neither names keeps its default.</summary>
    /// <param name="file">A YAML file, or null.</param>
    /// <param name="parsed">The command line, which has the last word.</param>
    /// <exception cref="InvalidFileException">The file is no such configuration; the message names the key.</exception>
    public object Resolve(string? file, ParseResult parsed)
    {
        var configuration = file is null ? Activator.CreateInstance(type)! : Read(file);
        foreach (var (setting, value) in Given(parsed))
            setting.Set(configuration, setting.Parse(value));
        return configuration;
    }

    /// <summary>The configuration of a run that is gone on with: its own, but for what may change.</summary>
    /// <exception cref="ArgumentException">The command line asks for something else.</exception>
    public object Continue(string file, ParseResult parsed)
    {
        var configuration = Read(file);
        foreach (var (setting, value) in Given(parsed))
        {
            var (was, wanted) = (setting.Get(configuration), setting.Parse(value));
            if (!was.Equals(wanted) && !setting.ChangesOnResume)
                throw new ArgumentException($"The run was started with --{setting.Key} {Setting.Text(was)}; a resumed run can't change it to {Setting.Text(wanted)}.");
            setting.Set(configuration, wanted);
        }

        return configuration;
    }

    /// <summary>Writes a configuration with all its settings.</summary>
    public void Write(string file, object configuration)
    {
        var values = new YamlMappingNode(all.Select(setting => KeyValuePair.Create<YamlNode, YamlNode>(setting.Key, Setting.Text(setting.Get(configuration)))));
        using var text = new StringWriter();
        new YamlStream(new YamlDocument(values)).Save(text, assignAnchors: false);
        AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <exception cref="InvalidFileException">The file is no such configuration; the message names the key.</exception>
    public object Read(string file)
    {
        var configuration = Activator.CreateInstance(type)!;
        foreach (var (key, node) in Mapping(file))
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            var setting = Array.Find(all, setting => setting.Key == name)
                ?? throw new InvalidFileException(file, $"has an unknown key {InvalidFileException.Quote(name)} in line {key.Start.Line}; the nearest known one is '{Nearest.To(name, all.Select(setting => setting.Key))}'");
            try
            {
                setting.Set(configuration, setting.Parse((node as YamlScalarNode)?.Value ?? throw new FormatException("must be one value")));
            }
            catch (FormatException e)
            {
                throw new InvalidFileException(file, $"gives a wrong value in line {node.Start.Line}: {name} {e.Message}, not {InvalidFileException.Quote($"{node}")}", e);
            }
        }

        return configuration;
    }

    private static YamlMappingNode Mapping(string file)
    {
        if (!File.Exists(file))
            throw new IOException($"There is no file '{file}'.");
        if (new FileInfo(file).Length > LongestFile)
            throw new InvalidFileException(file, $"is longer than the {LongestFile} bytes that a configuration has at most");
        try
        {
            var yaml = new YamlStream();
            using var reader = new StreamReader(file, Encoding.UTF8);
            yaml.Load(reader);
            return yaml.Documents.Count == 0 ? new YamlMappingNode() : yaml.Documents[0].RootNode as YamlMappingNode ?? throw new InvalidFileException(file, "is not a list of 'key: value' lines");
        }
        catch (YamlException e)
        {
            throw new InvalidFileException(file, $"is not YAML: line {e.Start.Line}, {e.Message}", e);
        }
    }

    private IEnumerable<(Setting Setting, string Value)> Given(ParseResult parsed) =>
        all.Zip(Options).Where(pair => parsed.GetResult(pair.Second) is { Implicit: false }).Select(pair => (pair.First, parsed.GetRequiredValue(pair.Second)));

    private Option<string> Option(Setting setting)
    {
        var initial = Setting.Text(setting.Get(Activator.CreateInstance(type)!));
        var option = new Option<string>($"--{setting.Key}") { Description = $"{setting.Description} [default: {initial}]", HelpName = setting.Placeholder };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0)
                return;
            try
            {
                setting.Parse(result.Tokens[0].Value);
            }
            catch (FormatException e)
            {
                result.AddError($"--{setting.Key} {e.Message}, not '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }
}

/// <summary>Finds what a misspelt word may have meant.</summary>
internal static class Nearest
{
    /// <summary>A word that it is a part of, or the one that the fewest insertions, deletions and replacements of letters lead to (Levenshtein, 1966).</summary>
    public static string To(string word, IEnumerable<string> words) =>
        words.MinBy(candidate => (!candidate.Contains(word, StringComparison.Ordinal), Distance(word, candidate)))!;

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[b.Length];
    }
}
