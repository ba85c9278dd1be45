using ComputeCore.Devices;
using ComputeCore.Models;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class TrainingStepTests
{
    private static IEnumerable<TestCaseData> Models()
    {
        yield return Case("small CNN", SmallCnn.Create);
        yield return Case("MLP with batch normalization", random => new Sequential(
            new Flatten(),
            new Linear(28 * 28, 256, random), new BatchNorm2d(256), new Relu(),
            new Linear(256, 128, random), new BatchNorm2d(128), new Gelu(), new Dropout(0.2, random),
            new Linear(128, 10, random)));
        yield return Case("deeper CNN", random => new Sequential(
            Block(1, 16, random), Block(16, 16, random), new MaxPool2d(2),
            Block(16, 32, random), Block(32, 32, random), new MaxPool2d(2),
            Block(32, 64, random), Block(64, 64, random), new AdaptiveAveragePool2d(1),
            new Flatten(), new Linear(64, 10, random)));

        static TestCaseData Case(string name, Func<RandomGenerator, Sequential> make) => new TestCaseData(make).SetArgDisplayNames(name);

        static Sequential Block(int inputs, int outputs, RandomGenerator random) =>
            new(new Conv2d(inputs, outputs, 3, random, hasBias: false) { Padding = 1 }, new BatchNorm2d(outputs), new Relu());
    }

    [TestCaseSource(nameof(Models))]
    public void After_the_first_runs_a_step_allocates_nothing_neither_managed_nor_on_the_device(object make)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = ((Func<RandomGenerator, Sequential>)make)(random);
        using var optimizer = new Adam(model.Parameters());
        using var step = Problem.Step(device, model, optimizer);
        var batch = Problem.Batch(16, 28, seed: 1);
        var results = step.Run(batch);
        for (var i = 0; i < 3; i++)
            step.RunInto(batch, results);

        // Other threads, the test runner's for instance, may allocate at any time: the least of several rounds is the step's.
        var (own, all) = (long.MaxValue, long.MaxValue);
        var memory = device.AllocatedBytes;
        for (var round = 0; round < 5 && (own, all) != (0, 0); round++)
        {
            var (ownBefore, allBefore) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
            for (var i = 0; i < 20; i++)
            {
                optimizer.LearningRate = 1e-3;
                step.RunInto(batch, results);
            }

            all = Math.Min(all, GC.GetTotalAllocatedBytes(precise: true) - allBefore);
            own = Math.Min(own, GC.GetAllocatedBytesForCurrentThread() - ownBefore);
        }

        Assert.That((own, all), Is.EqualTo((0, 0)));
        Assert.That(device.AllocatedBytes, Is.EqualTo(memory));
        Assert.That(device.PeakAllocatedBytes, Is.EqualTo(memory));
    }

    [TestCaseSource(nameof(Models))]
    public void The_arena_is_hardly_larger_than_what_is_alive_at_once(object make)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = ((Func<RandomGenerator, Sequential>)make)(random);
        using var optimizer = new Adam(model.Parameters());
        using var step = Problem.Step(device, model, optimizer);
        var plan = step.For(Problem.Batch(64, 28, seed: 1)).Plan;
        TestContext.Out.WriteLine($"arena {plan.ArenaBytes:N0} bytes, alive at once {plan.LiveBytes:N0}: {plan.ArenaBytes / (double)plan.LiveBytes:F4}");
        Assert.That(plan.ArenaBytes, Is.InRange(plan.LiveBytes, 1.15 * plan.LiveBytes));
    }

    [Test]
    public void Weights_after_ten_steps_do_not_depend_on_the_number_of_threads()
    {
        var one = Train(1);
        Assert.That(Train(2), Is.EqualTo(one));
        Assert.That(Train(3), Is.EqualTo(one));

        static byte[][] Train(int threads)
        {
            var setting = Environment.GetEnvironmentVariable("COMPUTECORE_THREADS");
            Environment.SetEnvironmentVariable("COMPUTECORE_THREADS", $"{threads}");
            try
            {
                using var device = Device.Open("cpu");
                using var random = new RandomGenerator(1);
                var model = SmallCnn.Create(random);
                using var optimizer = new Adam(model.Parameters());
                using var step = Problem.Step(device, model, optimizer);
                for (var i = 0; i < 10; i++)
                    step.Run(Problem.Batch(64, 28, seed: i));
                return Problem.Bytes(model.State());
            }
            finally
            {
                Environment.SetEnvironmentVariable("COMPUTECORE_THREADS", setting);
            }
        }
    }
}
