using System.Diagnostics;

namespace ComputeCore.Benchmarks;

/// <summary>Seconds of short actions. A round's figure is its fastest call, since other processes interrupt the slower ones.</summary>
internal static class Timing
{
    private const int Rounds = 9;
    private const double RoundSeconds = 0.02;

    /// <summary>The median over the rounds, for each of the actions, which take turns.</summary>
    public static double[] Medians(params Action[] actions)
    {
        var rounds = new List<double>[actions.Length];
        for (var i = 0; i < actions.Length; i++)
            rounds[i] = [];
        for (var round = 0; round < Rounds; round++)
            for (var i = 0; i < actions.Length; i++)
                rounds[i].Add(FastestCall(actions[i]));
        return Array.ConvertAll(rounds, times => times.Order().ElementAt(Rounds / 2));
    }

    private static double FastestCall(Action action)
    {
        var fastest = double.MaxValue;
        var begin = Stopwatch.GetTimestamp();
        do
        {
            var start = Stopwatch.GetTimestamp();
            action();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < RoundSeconds);
        return fastest;
    }
}
