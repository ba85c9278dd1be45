using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace ComputeCore.Packaging.Tests;

/// <summary>The packages in a project of their user's own, whose program is the README's example.</summary>
public sealed partial class PackageTests
{
    [Test]
    public void The_example_of_the_README_learns_and_does_so_as_a_native_program_too()
    {
        // Trimming and native compilation report what they can't follow as warnings, which are errors in this project.
        using var project = new UserProject(Repository.Example(), "<PublishAot>true</PublishAot>", "ComputeCore.Nn");
        var managed = Command.RunDotnet(project.Folder, Path.Combine(project.Build("build"), "Application.dll"));
        double[] losses = [.. Loss().Matches(managed).Select(match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture))];
        Assert.That(losses, Has.Length.GreaterThan(2), managed);
        Assert.That(losses, Is.Ordered.Descending);
        Assert.That(losses[^1], Is.LessThan(losses[0] / 10));

        var native = project.Build("publish");
        Assert.That(File.Exists(Path.Combine(native, "Application.dll")), Is.False, "The program is one native file.");
        Assert.That(Command.Run(project.Folder, Path.Combine(native, "Application")), Is.EqualTo(managed));
        TestContext.Out.WriteLine($"native program: {new FileInfo(Path.Combine(native, "Application")).Length:N0} bytes");
    }

    [Test]
    public void A_kernel_of_ones_own_is_compiled_by_the_package_and_runs_on_Vulkan_and_OpenCL()
    {
        using var project = new UserProject(
            """
            using ComputeCore.Accelerators;
            using ComputeCore.Devices;
            using ComputeCore.Ilgpu;
            using ComputeCore.Kernels;
            using ComputeCore.Vulkan;
            using ILGPU;

            IlgpuDevices.Register();
            VulkanDevices.Register();
            foreach (var name in new[] { "vulkan:0", "opencl:0" })
            {
                using var device = (AcceleratorDevice)Device.Open(name);
                using var x = device.AllocateBuffer<float>(1000);
                x.Write([.. Enumerable.Range(0, 1000).Select(i => (float)i)]);
                device.Launch(UserKernels.Dispatch.Scale(Extent.Cover(1000, 64), 64, x.View, 2, 1000));
                Console.WriteLine($"{name} {x.ToArray().Sum()}");
            }

            public static partial class UserKernels
            {
                [Kernel]
                public static void Scale(ArrayView<float> x, float factor, int count)
                {
                    var i = Grid.IdxX * Group.DimX + Group.IdxX;
                    if (i < count)
                        x[i] *= factor;
                }
            }
            """,
            "",
            "ComputeCore.Vulkan",
            "ComputeCore.Ilgpu",
            "ComputeCore.Kernels.Compiler");
        var output = Command.RunDotnet(project.Folder, Path.Combine(project.Build("build"), "Application.dll"));
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "vulkan:0 999000", "opencl:0 999000" }));
    }

    [Test]
    public void Each_package_holds_its_assembly_and_its_documentation_and_nothing_native()
    {
        foreach (var name in Feed.Projects.Select(Path.GetFileName))
        {
            using var package = ZipFile.OpenRead(Path.Combine(Feed.PackageFolder, $"{name}.{Repository.Version}.nupkg"));
            var files = package.Entries.Select(entry => entry.FullName).Where(path => Regex.IsMatch(path, "^(lib|runtimes|analyzers)/"));
            var expected = name == "ComputeCore.Kernels.Compiler"
                ? [$"analyzers/dotnet/cs/{name}.dll"]
                : new[] { $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" };
            Assert.That(files, Is.EquivalentTo(expected));
        }
    }

    [GeneratedRegex(@"loss (?<value>[0-9.]+)")]
    private static partial Regex Loss();
}
