using NUnit.Framework;

namespace ComputeCore.Packaging.Tests;

/// <summary>A program of a user's own, far from the clone, that references packages.</summary>
internal sealed class UserProject : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("computecore-application-");

    /// <summary>Writes the project.</summary>
    /// <param name="program">Its source.</param>
    /// <param name="properties">More of the project's properties.</param>
    /// <param name="packages">The packages that it references.</param>
    public UserProject(string program, string properties, params ReadOnlySpan<string> packages)
    {
        Folder = folder.CreateSubdirectory("application").FullName;
        var references = string.Concat(packages.ToArray().Select(package => $"<PackageReference Include=\"{package}\" Version=\"{Repository.Version}\" />"));
        File.WriteAllText(Path.Combine(Folder, "nuget.config"), Feed.Configuration);
        File.WriteAllText(Path.Combine(Folder, "Application.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {references}
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(Folder, "Program.cs"), program);
    }

    /// <summary>The project's folder.</summary>
    public string Folder { get; }

    /// <summary>Builds or publishes into a folder, which is returned. There must be no warning.</summary>
    public string Build(string command)
    {
        var target = Path.Combine(folder.FullName, command);
        var output = Command.RunDotnet(
            Folder, command, "-c", "Release", "--use-current-runtime", "-p:UseSharedCompilation=false", "-p:TrimmerSingleWarn=false", "-o", target);
        Assert.That(output, Does.Not.Contain("warning"));
        return target;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
