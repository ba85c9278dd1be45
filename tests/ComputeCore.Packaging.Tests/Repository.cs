using System.Reflection;
using System.Text.RegularExpressions;

namespace ComputeCore.Packaging.Tests;

/// <summary>The clone that these tests were built in.</summary>
internal static partial class Repository
{
    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    public static string Configuration { get; } = Metadata("Configuration");

    public static string Version { get; } = Metadata("Version");

    /// <summary>The README's first program.</summary>
    public static string Example() => CSharpBlock().Match(File.ReadAllText(Path.Combine(Root, "README.md"))).Groups["code"].Value;

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();
}
