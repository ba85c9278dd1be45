using System.Globalization;
using System.Numerics;

namespace ComputeCore.Nn;

/// <summary>Where a training stands: everything besides tensors that it needs to go on.</summary>
public sealed class TrainingProgress
{
    /// <summary>Steps done in all.</summary>
    public long Step { get; private set; }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Batches done in the current epoch.</summary>
    public int Batch { get; private set; }

    /// <summary>Examples seen in the current epoch.</summary>
    public long Examples { get; private set; }

    /// <summary>The sum of their losses.</summary>
    public double LossSum { get; private set; }

    /// <summary>How many of them were classified rightly.</summary>
    public double CorrectSum { get; private set; }

    /// <summary>Time spent on the current epoch.</summary>
    public double Seconds { get; private set; }

    /// <summary>The best test accuracy of the epochs done.</summary>
    public double BestAccuracy { get; private set; } = -1;

    /// <summary>Epochs done since then.</summary>
    public int EpochsSinceBest { get; private set; }

    internal void Advance(double loss, double correct, int examples, double seconds)
    {
        Step++;
        Batch++;
        Examples += examples;
        LossSum += loss * examples;
        CorrectSum += correct;
        Seconds = seconds;
    }

    internal TrainingProgress NextEpoch(double testAccuracy) => new()
    {
        Step = Step,
        Epoch = Epoch + 1,
        BestAccuracy = Math.Max(BestAccuracy, testAccuracy),
        EpochsSinceBest = testAccuracy > BestAccuracy ? 0 : EpochsSinceBest + 1,
    };

    internal Dictionary<string, string> ToMetadata() => new()
    {
        ["step"] = Text(Step),
        ["epoch"] = Text(Epoch),
        ["batch"] = Text(Batch),
        ["examples"] = Text(Examples),
        ["lossSum"] = Text(LossSum),
        ["correctSum"] = Text(CorrectSum),
        ["seconds"] = Text(Seconds),
        ["bestAccuracy"] = Text(BestAccuracy),
        ["epochsSinceBest"] = Text(EpochsSinceBest),
    };

    /// <exception cref="FormatException">A value is missing or no number; the message names it.</exception>
    internal static TrainingProgress FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        return new TrainingProgress
        {
            Step = Number<long>("step"),
            Epoch = Number<int>("epoch"),
            Batch = Number<int>("batch"),
            Examples = Number<long>("examples"),
            LossSum = Number<double>("lossSum"),
            CorrectSum = Number<double>("correctSum"),
            Seconds = Number<double>("seconds"),
            BestAccuracy = Number<double>("bestAccuracy"),
            EpochsSinceBest = Number<int>("epochsSinceBest"),
        };

        T Number<T>(string name)
            where T : INumber<T> =>
            metadata.TryGetValue(name, out var text) && T.TryParse(text, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new FormatException($"its metadata has no number '{name}'");
    }

    // "R" writes the shortest text that reads back as the same double.
    private static string Text(IFormattable value) => value.ToString(value is double ? "R" : null, CultureInfo.InvariantCulture);
}
