using System.Reflection;
using System.Xml.Linq;
using NUnit.Framework;

namespace ComputeCore.Architecture.Tests;

/// <summary>
/// Dependencies point one way: kernels, core, accelerators, their backends; core, formats, networks, models; tools, tests and
/// benchmarks see everything.
/// </summary>
public class DependencyTests
{
    // What each shipped project may reference. A project that is not listed here may not exist under kernels/ or src/.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ComputeCore.Kernels.Cpu"] = [],
        ["ComputeCore.Kernels.Launching"] = [],
        ["ComputeCore.Kernels.Spirv"] = [],
        ["ComputeCore.Kernels.Compiler"] = ["ComputeCore.Kernels.Spirv"],
        ["ComputeCore.Kernels"] = ["ComputeCore.Kernels.Launching", "ComputeCore.Kernels.Spirv", "ComputeCore.Kernels.Compiler"],
        ["ComputeCore"] = ["ComputeCore.Kernels.Cpu"],
        ["ComputeCore.Accelerators"] = ["ComputeCore", "ComputeCore.Kernels", "ComputeCore.Kernels.Launching", "ComputeCore.Kernels.Spirv"],
        ["ComputeCore.Ilgpu"] = ["ComputeCore.Accelerators"],
        ["ComputeCore.Vulkan"] = ["ComputeCore.Accelerators"],
        ["ComputeCore.Formats"] = ["ComputeCore"],
        ["ComputeCore.Data"] = ["ComputeCore", "ComputeCore.Formats"],
        ["ComputeCore.Text"] = ["ComputeCore.Formats"],
        ["ComputeCore.Nn"] = ["ComputeCore", "ComputeCore.Formats"],
        ["ComputeCore.Models"] = ["ComputeCore", "ComputeCore.Nn"],
    };

    // Packages a shipped project may bring along: an embedded engine stays small.
    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["ComputeCore.Kernels"] = ["ILGPU", "ILGPU.Algorithms"],
        ["ComputeCore.Kernels.Compiler"] = ["Microsoft.CodeAnalysis.CSharp", "Microsoft.CodeAnalysis.Analyzers"],
        ["ComputeCore.Vulkan"] = ["Silk.NET.Vulkan"],
        ["ComputeCore.Data"] = ["SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"],
    };

    private static readonly string Root = Path.GetFullPath(
        typeof(DependencyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!);

    private static IEnumerable<string> ShippedProjects() => new[] { "kernels", "src" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories));

    [TestCaseSource(nameof(ShippedProjects))]
    public void A_project_references_only_what_lies_below_it(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.That(Allowed, Does.ContainKey(name), "The project has no place in the architecture yet.");
        Assert.That(References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))), Is.SubsetOf(Allowed[name]));
        Assert.That(References(project, "PackageReference"), Is.SubsetOf(AllowedPackages.GetValueOrDefault(name, [])));
    }

    [Test]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "ComputeCore.sln"));
        var projects = new[] { "kernels", "src", "tests", "bench", "tools" }
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Where(project => !project.Contains("embedding", StringComparison.Ordinal));
        foreach (var project in projects)
            Assert.That(solution, Does.Contain(Path.GetFileName(project)));
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(reference => reference.Attribute("Include")!.Value);
}
