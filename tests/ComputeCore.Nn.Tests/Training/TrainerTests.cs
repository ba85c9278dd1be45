using ComputeCore.Devices;
using ComputeCore.Formats;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class TrainerTests
{
    private const int Batches = 5;

    private TemporaryFolder folder = null!;
    private Device device = null!;

    [SetUp]
    public void SetUp() => (folder, device) = (new TemporaryFolder(), Device.Open("cpu"));

    [TearDown]
    public void TearDown()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Test]
    public void A_training_stopped_after_any_step_goes_on_to_the_same_bits()
    {
        var options = new TrainingOptions { Steps = 3 * Batches, StepsPerValidation = Batches, Schedule = new CosineSchedule(1e-2, 3 * Batches), CheckpointFolder = folder.File("whole"), StepsPerCheckpoint = 2 };
        using var whole = new Training(device, options);
        Assert.That(whole.Run(), Is.EqualTo(TrainingEnd.Finished));
        Assert.That(whole.Losses, Has.Count.EqualTo(3 * Batches));

        for (var stop = 1; stop < 3 * Batches; stop++)
        {
            var stoppable = options with { CheckpointFolder = folder.File($"{stop}") };
            using (var first = new Training(device, stoppable))
                Assert.That(first.Run(stopAfter: stop), Is.EqualTo(TrainingEnd.Interrupted));

            // Another seed: weights, dropout and order all come from the checkpoint.
            using var second = new Training(device, stoppable, seed: 99);
            second.Trainer.Resume();
            Assert.That(second.Run(), Is.EqualTo(TrainingEnd.Finished));
            Assert.That(second.Losses, Is.EqualTo(whole.Losses.Skip(stop)), $"Losses after a stop at step {stop}");
            Assert.That(second.State, Is.EqualTo(whole.State), $"State after a stop at step {stop}");
            Assert.That(second.Validations[^1] with { Seconds = 0, ItemsPerSecond = 0, StepsPerSecond = 0 }, Is.EqualTo(whole.Validations[^1] with { Seconds = 0, ItemsPerSecond = 0, StepsPerSecond = 0 }));
        }
    }

    [Test]
    public void A_checkpoint_is_written_every_so_many_steps_so_that_little_is_lost_without_a_warning()
    {
        var options = new TrainingOptions { Steps = Batches, StepsPerValidation = Batches, Schedule = new ConstantSchedule(1e-2), CheckpointFolder = folder.File("run"), StepsPerCheckpoint = 2 };
        using (var first = new Training(device, options))
            Assert.That(() => first.Run(failAfter: 5), Throws.InstanceOf<InvalidTimeZoneException>());
        using var second = new Training(device, options);
        second.Trainer.Resume();
        Assert.That(second.Trainer.Progress.Step, Is.EqualTo(4));
    }

    [Test]
    public void Nothing_is_resumed_from_a_checkpoint_of_another_model()
    {
        var options = new TrainingOptions { Steps = Batches, StepsPerValidation = Batches, Schedule = new ConstantSchedule(1e-2), CheckpointFolder = folder.File("run") };
        using var other = new Training(device, options, new Sequential(new Flatten(), new Linear(64, Problem.Classes, new RandomGenerator(1))));
        other.Run();
        using var training = new Training(device, options);
        var before = training.State;
        Assert.That(training.Trainer.Resume, Throws.InstanceOf<InvalidFileException>());
        Assert.That(training.State, Is.EqualTo(before));
        Assert.That(training.Trainer.Progress.Step, Is.Zero);
    }

    [Test]
    public void A_batch_with_NaN_stops_training_names_the_input_and_changes_nothing()
    {
        using var training = new Training(device, WithoutCheckpoints);
        training.Spoil = (step, batch) =>
        {
            if (step == 3)
                batch[0].AsSpan<float>()[17] = float.NaN;
        };
        Assert.That(() => training.Run(), Throws.InstanceOf<TrainingException>().With.Message.Contains("The loss is NaN at step 3;")
            .And.Message.Contains("the first tensor that is not finite is input 0, f32[16, 1, 8, 8]"));
        Assert.That(training.State, Is.EqualTo(training.StateAfterStep));
    }

    [Test]
    public void A_parameter_that_is_NaN_is_named()
    {
        using var training = new Training(device, WithoutCheckpoints);
        var (name, variable) = training.Model.Parameters().Single(entry => entry.Name == "5.weight");
        var values = variable.Read();
        values.AsSpan<float>()[^1] = float.NaN;
        variable.Write(values);
        Assert.That(() => training.Run(), Throws.InstanceOf<TrainingException>().With.Message.Contains($"the first tensor that is not finite is the variable '{name}', f32["));
    }

    [Test]
    public void A_learning_rate_out_of_all_proportion_is_noticed_and_a_tensor_named()
    {
        using var training = new Training(device, WithoutCheckpoints with { Schedule = new ConstantSchedule(1e30) });
        var error = Assert.Throws<TrainingException>(() => training.Run())!;
        Assert.That(error.Message, Does.Contain("the first tensor that is not finite is the result of ").And.Contain("f32["));
        Assert.That(training.State, Is.EqualTo(training.StateAfterStep), "The step that failed changed nothing.");
    }

    [Test]
    public void The_best_checkpoint_is_of_the_smallest_validation_loss_and_the_last_of_the_last()
    {
        var options = new TrainingOptions { Steps = 4 * Batches, StepsPerValidation = Batches, Schedule = new ConstantSchedule(1e-2), CheckpointFolder = folder.File("run") };
        using var training = new Training(device, options) { ValidationLosses = [0.75, 0.25, 0.5, 0.25] };
        training.Run();
        Assert.That(training.Validations.Select(report => report.IsBest), Is.EqualTo(new[] { true, true, false, false }));
        Assert.That(LoadedFrom(Checkpoint.BestIn(options.CheckpointFolder!)), Is.EqualTo(2));
        Assert.That(LoadedFrom(Checkpoint.LastIn(options.CheckpointFolder!)), Is.EqualTo(4));

        int LoadedFrom(string path)
        {
            using var other = new Training(device, WithoutCheckpoints, seed: 99);
            var progress = Checkpoint.Load(path, other.Model, other.Optimizer, other.Random);
            Assert.That(other.State, Is.EqualTo(training.StateAfterValidation[progress.Validations - 1]));
            Assert.That(progress.BestLoss, Is.EqualTo(0.25));
            return progress.Validations;
        }
    }

    [Test]
    public void Training_stops_early_when_the_validation_loss_no_longer_falls_and_stays_stopped()
    {
        var options = new TrainingOptions { Steps = 10 * Batches, StepsPerValidation = Batches, Schedule = new ConstantSchedule(1e-2), CheckpointFolder = folder.File("run"), Patience = 2 };
        using var training = new Training(device, options) { ValidationLosses = [0.75, 0.5, 0.5, 0.75] };
        Assert.That(training.Run(), Is.EqualTo(TrainingEnd.StoppedEarly));
        Assert.That(training.Validations, Has.Count.EqualTo(4));

        using var resumed = new Training(device, options);
        resumed.Trainer.Resume();
        Assert.That(resumed.Run(), Is.EqualTo(TrainingEnd.StoppedEarly));
        Assert.That(resumed.Validations, Is.Empty);
    }

    private static TrainingOptions WithoutCheckpoints => new() { Steps = 2 * Batches, StepsPerValidation = Batches, Schedule = new ConstantSchedule(1e-2) };
}
