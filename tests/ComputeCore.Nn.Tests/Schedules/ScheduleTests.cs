using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Schedules;

public class ScheduleTests
{
    [Test]
    public void A_constant_rate_stays() => Assert.That(new ConstantSchedule(0.5).At(1_000_000), Is.EqualTo(0.5));

    [Test]
    public void A_step_schedule_falls_exactly_every_so_many_steps()
    {
        var schedule = new StepSchedule(1, Every: 3, Factor: 0.5);
        Assert.That(Rates(schedule, 7), Is.EqualTo(new[] { 1, 1, 1, 0.5, 0.5, 0.5, 0.25 }));
    }

    [Test]
    public void A_linear_schedule_reaches_its_end_and_stays()
    {
        var schedule = new LinearSchedule(2, Steps: 4, Start: 0, End: 1);
        Assert.That(Rates(schedule, 7), Is.EqualTo(new[] { 0, 0.5, 1, 1.5, 2, 2, 2 }));
    }

    [Test]
    public void A_cosine_schedule_warms_up_falls_and_stays_at_its_minimum()
    {
        var schedule = new CosineSchedule(1, Steps: 6, Minimum: 0.2, WarmUp: 2);
        Assert.That(Rates(schedule, 9), Is.EqualTo(new[] { 0.5, 1, 1, 0.2 + 0.4 * (1 + Math.Sqrt(0.5)), 0.6, 0.2 + 0.4 * (1 - Math.Sqrt(0.5)), 0.2, 0.2, 0.2 }).Within(1e-12));
    }

    [Test]
    public void A_cosine_schedule_that_is_all_warm_up_ends_at_its_minimum() =>
        Assert.That(Rates(new CosineSchedule(1, Steps: 2, WarmUp: 2), 4), Is.EqualTo(new[] { 0.5, 1, 1, 0 }).Within(1e-12));

    [Test]
    public void Noam_schedule_grows_linearly_and_falls_with_the_root()
    {
        // The paper's base model: 512 wide, 4,000 steps of warm-up, its peak at step 4,000.
        var schedule = new NoamSchedule(512, 4000);
        Assert.That(schedule.At(0), Is.EqualTo(1 / Math.Sqrt(512) / Math.Pow(4000, 1.5)).Within(1e-15));
        Assert.That(schedule.At(3999), Is.EqualTo(1 / Math.Sqrt(512 * 4000.0)).Within(1e-12));
        Assert.That(schedule.At(15_999), Is.EqualTo(schedule.At(3999) / 2).Within(1e-12));
    }

    [Test]
    public void A_cycle_begins_peaks_and_ends_where_it_should()
    {
        var schedule = new OneCycleSchedule(1, Steps: 10, WarmUpShare: 0.5);
        Assert.That(schedule.At(0), Is.EqualTo(1 / 25.0).Within(1e-12));
        Assert.That(schedule.At(4), Is.EqualTo(1).Within(1e-12));
        Assert.That(schedule.At(9), Is.EqualTo(1 / 25e4).Within(1e-12));
        Assert.That(schedule.At(1000), Is.EqualTo(1 / 25e4).Within(1e-12), "Later steps keep the last rate.");
    }

    [Test]
    public void Every_schedule_is_finite_and_not_negative_everywhere([Values(1, 2, 3, 10)] int steps)
    {
        LearningRateSchedule[] schedules =
        [
            new StepSchedule(0.1, steps), new LinearSchedule(0.1, steps), new CosineSchedule(0.1, steps),
            new CosineSchedule(0.1, steps, WarmUp: steps), new OneCycleSchedule(0.1, steps), new OneCycleSchedule(0.1, steps, WarmUpShare: 1),
        ];
        foreach (var schedule in schedules)
            Assert.That(Rates(schedule, 2 * steps + 2), Is.All.InRange(0, 0.1 + 1e-12), $"{schedule}");
    }

    [Test]
    public void A_schedule_of_no_steps_is_refused()
    {
        Assert.That(() => new StepSchedule(0.1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new LinearSchedule(0.1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CosineSchedule(0.1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new OneCycleSchedule(0.1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static double[] Rates(LearningRateSchedule schedule, int count) => [.. Enumerable.Range(0, count).Select(step => schedule.At(step))];
}
