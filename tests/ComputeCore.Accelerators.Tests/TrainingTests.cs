using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>The reference CNN learns on every accelerator as on the CPU.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public sealed class TrainingTests(string name) : IDisposable
{
    private const int Batch = 8;
    private const int Steps = 8;

    private readonly Device device = TestDevices.Open(name);

    public void Dispose() => device.Dispose();

    [Test]
    public void Losses_follow_the_cpu_and_are_the_same_bits_when_repeated()
    {
        using var cpu = Device.Open("cpu");
        var expected = Train(cpu, out _);
        var losses = Train(device, out var allocated);
        for (var step = 0; step < Steps; step++)
            Assert.That(losses[step], Is.EqualTo(expected[step]).Within(0.1).Percent, $"step {step}");
        Assert.That(Train(device, out _), Is.EqualTo(losses));
        Assert.That(allocated, Is.EqualTo((0L, 0L)), "bytes allocated by a step after the first, on the managed heap and on the device");
    }

    private static float[] Train(Device device, out (long Managed, long Device) allocated)
    {
        using var random = new RandomGenerator(1);
        var model = SmallCnn.Create(random);
        using var optimizer = new Adam(model.Parameters(), 1e-3);
        using var step = new Function(device, inputs =>
        {
            model.Train();
            var loss = model.Forward(inputs[0]).CrossEntropy(inputs[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
        TensorData images = new(new TensorType(ElementType.Float32, [Batch, 1, 28, 28])), labels = new(new TensorType(ElementType.Int64, [Batch]));
        TensorData[] inputs = [images, labels], results = [new(new TensorType(ElementType.Float32, []))];
        var pixels = new Random(7);
        var losses = new float[Steps];
        allocated = default;
        for (var i = 0; i < Steps; i++)
        {
            foreach (ref var pixel in images.AsSpan<float>())
                pixel = pixels.NextSingle();
            foreach (ref var label in labels.AsSpan<long>())
                label = pixels.Next(10);
            var before = (GC.GetAllocatedBytesForCurrentThread(), device.AllocatedBytes);
            step.RunInto(inputs, results);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before.Item1, device.AllocatedBytes - before.AllocatedBytes);
            losses[i] = results[0].Item<float>();
        }

        return losses;
    }
}
