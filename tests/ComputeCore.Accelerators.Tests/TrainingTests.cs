using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>The reference CNN and a small GPT learn on every accelerator as on the CPU.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public sealed class TrainingTests(string name) : IDisposable
{
    private const int Steps = 8;

    private readonly Device device = TestDevices.Open(name);

    public void Dispose() => device.Dispose();

    [Test]
    public void Losses_follow_the_cpu_and_are_the_same_bits_when_repeated([Values("cnn", "gpt")] string model)
    {
        using var cpu = Device.Open("cpu");
        var expected = Train(cpu, model, out _);
        var losses = Train(device, model, out var allocated);
        for (var step = 0; step < Steps; step++)
            Assert.That(losses[step], Is.EqualTo(expected[step]).Within(0.1).Percent, $"step {step}");
        Assert.That(Train(device, model, out _), Is.EqualTo(losses));
        Assert.That(allocated, Is.EqualTo((0L, 0L)), "bytes allocated by a step after the first, on the managed heap and on the device");
    }

    private static float[] Train(Device device, string name, out (long Managed, long Device) allocated)
    {
        using var random = new RandomGenerator(1);
        var subject = name == "cnn" ? Cnn(random) : Gpt(random);
        using var optimizer = new AdamW(AdamW.DecayGroups(subject.Model.Parameters(), 0.1), 1e-3) { MaximumGradientNorm = 1 };
        using var step = new Function(device, inputs =>
        {
            subject.Model.Train();
            var loss = subject.Loss(inputs);
            optimizer.Minimize(loss);
            return [loss];
        });
        TensorData[] results = [new(new TensorType(ElementType.Float32, []))];
        var numbers = new Random(7);
        var losses = new float[Steps];
        allocated = default;
        for (var i = 0; i < Steps; i++)
        {
            subject.Draw(numbers);
            var before = (GC.GetAllocatedBytesForCurrentThread(), device.AllocatedBytes);
            step.RunInto(subject.Batch, results);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before.Item1, device.AllocatedBytes - before.AllocatedBytes);
            losses[i] = results[0].Item<float>();
        }

        return losses;
    }

    private static Subject Cnn(RandomGenerator random)
    {
        const int Batch = 8;
        var model = SmallCnn.Create(random);
        TensorData images = new(new TensorType(ElementType.Float32, [Batch, 1, 28, 28])), labels = new(new TensorType(ElementType.Int64, [Batch]));
        return new Subject(model, x => model.Forward(x[0]).CrossEntropy(x[1]), [images, labels], numbers =>
        {
            foreach (ref var pixel in images.AsSpan<float>())
                pixel = numbers.NextSingle();
            foreach (ref var label in labels.AsSpan<long>())
                label = numbers.Next(10);
        });
    }

    private static Subject Gpt(RandomGenerator random)
    {
        const int Batch = 4, Context = 16, Vocabulary = 40;
        var model = new Gpt2(new(2, 32, 4) { VocabularySize = Vocabulary, ContextLength = Context }, random);
        TensorData tokens = new(new TensorType(ElementType.Int64, [Batch, Context])), next = new(new TensorType(ElementType.Int64, [Batch * Context]));
        return new Subject(model, x => model.Forward(x[0]).Reshape(Batch * Context, Vocabulary).CrossEntropy(x[1]), [tokens, next], numbers =>
        {
            foreach (ref var token in tokens.AsSpan<long>())
                token = numbers.Next(Vocabulary);
            foreach (ref var token in next.AsSpan<long>())
                token = numbers.Next(Vocabulary);
        });
    }

    /// <param name="Model">What learns.</param>
    /// <param name="Loss">The loss of a batch.</param>
    /// <param name="Batch">The batch's tensors.</param>
    /// <param name="Draw">Fills them anew.</param>
    private sealed record Subject(Module Model, Func<Tensor[], Tensor> Loss, TensorData[] Batch, Action<Random> Draw);
}
