using ComputeCore.Accelerators.Tuning;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>Who wins among runs whose times are given, undisturbed and not.</summary>
public sealed class RaceTests
{
    [Test]
    public void The_fastest_wins() => Assert.That(Winner([3, 3, 3, 3, 3], [2, 2, 2, 2, 2], [4, 4, 4, 4, 4]), Is.EqualTo(1));

    [Test]
    public void Of_equals_the_first_wins() => Assert.That(Winner([2, 2, 2, 2, 2], [2, 2, 2, 2, 2]), Is.Zero);

    [Test]
    public void A_disturbance_of_the_fastest_s_first_runs_does_not_hide_it() =>
        Assert.That(Winner([3, 3, 3, 3, 3], [6, 6, 6, 2, 2]), Is.EqualTo(1));

    [Test]
    public void A_disturbance_that_lasts_slows_all_and_changes_nothing() =>
        Assert.That(Winner([3, 3, 6, 6, 6], [2, 2, 4, 4, 4]), Is.EqualTo(1));

    [Test]
    public void They_take_turns_and_what_has_lost_is_not_run_again()
    {
        var order = new List<string>();
        Race.Winner([Run("a", 1), Run("b", 10), Run("c", 2)]);
        Assert.That(string.Concat(order), Is.EqualTo("abc" + "ac" + "ac" + "ac" + "ac"));

        Func<double> Run(string name, double seconds) => () =>
        {
            order.Add(name);
            return seconds;
        };
    }

    private static int Winner(params double[][] times) =>
        Race.Winner([.. times.Select(seconds => new Queue<double>(seconds)).Select(left => (Func<double>)left.Dequeue)]);
}
