using ComputeCore.Devices;
using ComputeCore.Models;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class TrainingStepTests
{
    private static IEnumerable<string> Models => StepProcess.Models.Keys;

    [TestCaseSource(nameof(Models))]
    public void After_the_first_runs_a_step_allocates_nothing_neither_managed_nor_on_the_device(string model) =>
        Assert.That(StepProcess.Measure(model), Is.EqualTo(StepProcess.NothingAllocated));

    [TestCaseSource(nameof(Models))]
    public void The_arena_is_hardly_larger_than_what_is_alive_at_once(string name)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = StepProcess.Models[name](random);
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
