using NUnit.Framework;

namespace ComputeCore.Packaging.Tests;

/// <summary>
/// The packages that the build makes, in a folder of their own. Users' projects get them from there through a package cache under
/// <c>artifacts/</c>, so that the user's own cache never sees them.
/// </summary>
[SetUpFixture]
public sealed class Feed
{
    private static readonly DirectoryInfo Folder = Directory.CreateTempSubdirectory("computecore-feed-");

    private static readonly string Cache = Path.Combine(Repository.Root, "artifacts", "packages");

    /// <summary>What is packed: each project with what it needs.</summary>
    public static IReadOnlyList<string> Projects { get; } =
    [
        "kernels/ComputeCore.Kernels.Cpu",
        "kernels/ComputeCore.Kernels.Launching",
        "kernels/ComputeCore.Kernels.Spirv",
        "kernels/ComputeCore.Kernels.Compiler",
        "kernels/ComputeCore.Kernels",
        "src/ComputeCore",
        "src/ComputeCore.Formats",
        "src/ComputeCore.Nn",
        "src/ComputeCore.Text",
        "src/ComputeCore.Accelerators",
        "src/ComputeCore.Ilgpu",
        "src/ComputeCore.Vulkan",
    ];

    /// <summary>Where the packages are.</summary>
    public static string PackageFolder => Folder.FullName;

    [OneTimeSetUp]
    public void Pack()
    {
        foreach (var project in Projects)
            Command.RunDotnet(Repository.Root, "pack", project, "-c", Repository.Configuration, "--no-build", "-o", Folder.FullName, "-v", "quiet");
        foreach (var earlier in Directory.CreateDirectory(Cache).EnumerateDirectories("computecore*"))
            earlier.Delete(recursive: true);
    }

    [OneTimeTearDown]
    public void Delete() => Folder.Delete(recursive: true);

    /// <summary>A NuGet configuration that knows these packages.</summary>
    public static string Configuration => $"""
        <configuration>
          <config><add key="globalPackagesFolder" value="{Cache}" /></config>
          <packageSources><add key="computecore" value="{Folder.FullName}" /></packageSources>
        </configuration>
        """;
}
