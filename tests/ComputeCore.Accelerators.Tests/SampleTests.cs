using System.Diagnostics;
using ComputeCore.Kernels;
using ComputeCore.Testing;
using Mandelbrot;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>The sample project, whose kernel is its own, on every accelerator.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public sealed class SampleTests(string name)
{
    private const int Width = 150;
    private const int Height = 100;
    private const int Limit = 100;

    private static readonly Frame Frame = new(-2.25f, -1f, 3f / Width);

    [Test]
    public void The_kernel_computes_what_the_same_source_does_on_the_host()
    {
        using var device = (AcceleratorDevice)TestDevices.Open(name);
        using var steps = device.AllocateBuffer<int>(Width * Height);
        var group = new Extent(16, 8);
        device.Launch(MandelbrotKernels.Dispatch.Render(
            new Extent(Extent.Cover(Width, 16), Extent.Cover(Height, 8)), group, steps.View, Frame, Width, Height, Limit));
        var result = steps.ToArray();

        // Points next to the set's edge are chaotic: a device that fuses a multiplication and an addition sees some leave elsewhere.
        var same = Enumerable.Range(0, Width * Height).Count(i => result[i] == StepsOf(i % Width, i / Width));
        Assert.That(same, Is.GreaterThan(0.99 * Width * Height));
    }

    [Test]
    public void The_program_draws_its_picture()
    {
        var file = Path.Combine(Path.GetTempPath(), $"mandelbrot-{Guid.NewGuid():N}.png");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
            {
                ArgumentList = { "exec", typeof(MandelbrotKernels).Assembly.Location, name, file },
                RedirectStandardOutput = true,
            })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, output);
            Assert.That(output, Does.Contain(name));
            Assert.That(File.ReadAllBytes(file).AsSpan(1, 3).ToArray(), Is.EqualTo("PNG"u8.ToArray()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int StepsOf(int x, int y)
    {
        var c = Frame.At(x, y);
        var z = c;
        var step = 0;
        for (; step < Limit && z.SquaredMagnitude <= 4f; step++)
            z = z * z + c;
        return step;
    }
}
