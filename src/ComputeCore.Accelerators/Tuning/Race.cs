namespace ComputeCore.Accelerators.Tuning;

/// <summary>
/// Finds the fastest of some runs on a machine that does other things as well: they take turns, so that what slows the machine slows
/// all of them and not one, and each counts by its least time, which a passing disturbance doesn't touch.
/// </summary>
internal static class Race
{
    /// <summary>How often each is run, at most.</summary>
    public const int Rounds = 5;

    // A disturbed run takes two or three times its time. What takes more than this many times the least has lost.
    private const double Lost = 4;

    /// <summary>The number of the fastest.</summary>
    /// <param name="runs">At least one; each call runs once and returns its time in seconds.</param>
    public static int Winner(IReadOnlyList<Func<double>> runs)
    {
        var least = new double[runs.Count];
        Array.Fill(least, double.PositiveInfinity);
        for (var round = 0; round < Rounds; round++)
        {
            var limit = round == 0 ? double.PositiveInfinity : Lost * least.Min();
            for (var i = 0; i < runs.Count; i++)
                if (round == 0 || least[i] <= limit)
                    least[i] = Math.Min(least[i], runs[i]());
        }

        return Array.IndexOf(least, least.Min());
    }
}
