using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class AccumulationTests
{
    private const int Features = 6;
    private const int Examples = 24;
    private const long Ignored = -100;

    [TestCase(2)]
    [TestCase(4)]
    public void Micro_batches_with_unequal_counts_equal_one_batch(int microBatches)
    {
        var whole = Train(1);
        var parts = Train(microBatches);
        for (var i = 0; i < whole.Length; i++)
            Assert.That(parts[i], Is.EqualTo(whole[i]).Within(1e-6));
    }

    [Test]
    public void A_step_in_which_nothing_counts_changes_nothing()
    {
        using var device = Device.Open("cpu");
        using var x = new Variable("x", TensorData.From([2], 1f, 2f));
        using var optimizer = new AdamW([("x", x)], 0.1);
        using var step = new Function(device, _ =>
        {
            optimizer.Minimize(x.ToTensor().Sum(), Tensor.Scalar(0));
            return [];
        });
        step.Run();
        Assert.That(x.Read().AsSpan<float>().ToArray(), Is.EqualTo(new[] { 1f, 2f }));
    }

    [Test]
    public void A_training_with_micro_batches_stopped_after_any_step_goes_on_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open("cpu");
        var options = new TrainingOptions { Steps = 6, StepsPerValidation = 4, Schedule = new NoamSchedule(16, 3), MicroBatches = 3, CheckpointFolder = folder.File("whole") };
        using var whole = new Training(device, options);
        whole.Run();
        Assert.That(whole.Validations.Select(report => report.Step), Is.EqualTo(new[] { 4, 6 }));
        for (var stop = 1; stop < 6; stop++)
        {
            var stoppable = options with { CheckpointFolder = folder.File($"{stop}") };
            using (var first = new Training(device, stoppable))
                Assert.That(first.Run(stopAfter: stop), Is.EqualTo(TrainingEnd.Interrupted));
            using var second = new Training(device, stoppable, seed: 99);
            second.Trainer.Resume();
            second.Run();
            Assert.That(second.State, Is.EqualTo(whole.State), $"State after a stop at step {stop}");
        }
    }

    // Three steps of clipped AdamW on a batch of which some targets are ignored, cut into parts in which unequally many are.
    private static double[][] Train(int parts)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = new Sequential(new Linear(Features, 16, random), new Tanh(), new Linear(16, 5, random));
        using var optimizer = new AdamW(AdamW.DecayGroups(model.Parameters(), 0.1), 1e-2) { MaximumGradientNorm = 0.5, Epsilon = 1e-3 };
        var count = Examples / parts;
        Objective objective = batch => new BatchOutcome(
            model.Forward(batch[0]).CrossEntropy(batch[1], reduction: LossReduction.Sum, ignoreIndex: Ignored),
            batch[1].NotEqualTo(Tensor.Scalar(Ignored, ElementType.Int64)).Cast(ElementType.Float32).Sum(),
            Tensor.Scalar(0));
        var options = new TrainingOptions { Steps = 3, StepsPerValidation = 3, Schedule = new ConstantSchedule(1e-2), MicroBatches = parts };
        using var trainer = new Trainer(device, model, objective, optimizer, random, options);
        trainer.Run(first => Batches(count).Skip((int)first), [.. Batches(Examples).Take(1)], new Silence());
        return [.. model.Parameters().Select(parameter => parameter.Variable.Read().ToDoubles())];
    }

    private static IEnumerable<TensorData[]> Batches(int count)
    {
        for (var example = 0; ; example += count)
        {
            var (inputs, targets) = (new float[count * Features], new long[count]);
            for (var i = 0; i < count; i++)
            {
                var random = new Random((example + i) % Examples);
                for (var feature = 0; feature < Features; feature++)
                    inputs[i * Features + feature] = random.NextSingle() - 0.5f;
                targets[i] = (example + i) % Examples < 7 ? Ignored : random.Next(5);
            }

            yield return [TensorData.From([count, Features], inputs), TensorData.From([count], targets)];
        }
    }

    private sealed class Silence : ITrainingObserver
    {
        public void OnStep(in StepReport report)
        {
        }

        public void OnValidation(ValidationReport report)
        {
        }
    }
}
