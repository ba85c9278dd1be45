using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace ComputeCore.Packaging.Tests;

/// <summary>
/// The packages in a project of their user's own, far from the clone, whose program is the README's example. It gets its
/// packages from a folder under <c>artifacts/</c>, so that the user's package cache never sees these.
/// </summary>
public sealed partial class PackageTests : IDisposable
{
    private static readonly string[] Projects = ["kernels/ComputeCore.Kernels.Cpu", "src/ComputeCore", "src/ComputeCore.Formats", "src/ComputeCore.Nn", "src/ComputeCore.Text"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("computecore-packages-");
    private readonly string feed;
    private readonly string application;

    public PackageTests()
    {
        feed = folder.CreateSubdirectory("feed").FullName;
        application = folder.CreateSubdirectory("application").FullName;
        foreach (var project in Projects)
            Command.RunDotnet(Repository.Root, "pack", project, "-c", Repository.Configuration, "--no-build", "-o", feed, "-v", "quiet");

        var packages = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "packages"));
        foreach (var earlier in packages.EnumerateDirectories("computecore*"))
            earlier.Delete(recursive: true);

        File.WriteAllText(Path.Combine(application, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{packages.FullName}" /></config>
              <packageSources><add key="computecore" value="{feed}" /></packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(application, "Application.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <PublishAot>true</PublishAot>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ComputeCore.Nn" Version="{Repository.Version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(application, "Program.cs"), Repository.Example());
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public void The_example_of_the_README_learns_and_does_so_as_a_native_program_too()
    {
        Build("build", "-o", Path.Combine(folder.FullName, "managed"));
        var managed = Command.RunDotnet(application, Path.Combine(folder.FullName, "managed", "Application.dll"));
        double[] losses = [.. Loss().Matches(managed).Select(match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture))];
        Assert.That(losses, Has.Length.GreaterThan(2), managed);
        Assert.That(losses, Is.Ordered.Descending);
        Assert.That(losses[^1], Is.LessThan(losses[0] / 10));

        Build("publish", "-o", Path.Combine(folder.FullName, "native"));
        var native = Path.Combine(folder.FullName, "native", "Application");
        Assert.That(File.Exists(Path.Combine(folder.FullName, "native", "Application.dll")), Is.False, "The program is one native file.");
        Assert.That(Command.Run(application, native), Is.EqualTo(managed));
        TestContext.Out.WriteLine($"native program: {new FileInfo(native).Length:N0} bytes");
    }

    [Test]
    public void Each_package_holds_its_assembly_and_its_documentation_and_nothing_native()
    {
        foreach (var name in Projects.Select(Path.GetFileName))
        {
            using var package = ZipFile.OpenRead(Path.Combine(feed, $"{name}.{Repository.Version}.nupkg"));
            var files = package.Entries.Select(entry => entry.FullName).Where(path => path.StartsWith("lib/", StringComparison.Ordinal) || path.StartsWith("runtimes/", StringComparison.Ordinal));
            Assert.That(files, Is.EquivalentTo(new[] { $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }));
        }
    }

    // Trimming and native compilation report what they can't follow as warnings, which are errors in this project.
    private void Build(string command, params string[] options)
    {
        var output = Command.RunDotnet(application, [command, "-c", "Release", "--use-current-runtime", "-p:UseSharedCompilation=false", "-p:TrimmerSingleWarn=false", .. options]);
        Assert.That(output, Does.Not.Contain("warning"));
    }

    [GeneratedRegex(@"loss (?<value>[0-9.]+)")]
    private static partial Regex Loss();
}
