using System.Globalization;
using System.Numerics;

namespace ComputeCore.Nn;

/// <summary>Where a training stands: everything besides tensors that it needs to go on.</summary>
public sealed class TrainingProgress
{
    /// <summary>Steps done in all.</summary>
    public long Step { get; private set; }

    /// <summary>Validations done.</summary>
    public int Validations { get; private set; }

    /// <summary>Steps done since the last validation.</summary>
    public long Steps { get; private set; }

    /// <summary>Images or tokens trained on since then.</summary>
    public double Count { get; private set; }

    /// <summary>The sum of their losses.</summary>
    public double LossSum { get; private set; }

    /// <summary>How many of them were predicted rightly.</summary>
    public double Correct { get; private set; }

    /// <summary>Time spent since then.</summary>
    public double Seconds { get; private set; }

    /// <summary>The smallest validation loss so far.</summary>
    public double BestLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>Validations since then.</summary>
    public int ValidationsSinceBest { get; private set; }

    internal void Advance(in BatchSums sums, double seconds)
    {
        Step++;
        Steps++;
        Count += sums.Count;
        LossSum += sums.Loss;
        Correct += sums.Correct;
        Seconds = seconds;
    }

    internal TrainingProgress AfterValidation(double loss) => new()
    {
        Step = Step,
        Validations = Validations + 1,
        BestLoss = Math.Min(BestLoss, loss),
        ValidationsSinceBest = loss < BestLoss ? 0 : ValidationsSinceBest + 1,
    };

    internal Dictionary<string, string> ToMetadata() => new()
    {
        ["step"] = Text(Step),
        ["validations"] = Text(Validations),
        ["steps"] = Text(Steps),
        ["count"] = Text(Count),
        ["lossSum"] = Text(LossSum),
        ["correct"] = Text(Correct),
        ["seconds"] = Text(Seconds),
        ["bestLoss"] = Text(BestLoss),
        ["validationsSinceBest"] = Text(ValidationsSinceBest),
    };

    /// <exception cref="FormatException">A value is missing or no number; the message names it.</exception>
    internal static TrainingProgress FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        return new TrainingProgress
        {
            Step = Number<long>("step"),
            Validations = Number<int>("validations"),
            Steps = Number<long>("steps"),
            Count = Number<double>("count"),
            LossSum = Number<double>("lossSum"),
            Correct = Number<double>("correct"),
            Seconds = Number<double>("seconds"),
            BestLoss = Number<double>("bestLoss"),
            ValidationsSinceBest = Number<int>("validationsSinceBest"),
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

/// <summary>What the batches of a step, or of a validation, yield together.</summary>
internal readonly record struct BatchSums(double Loss, double Count, double Correct)
{
    public double MeanLoss => Loss / Count;

    public double Accuracy => Correct / Count;

    public static BatchSums operator +(BatchSums a, BatchSums b) => new(a.Loss + b.Loss, a.Count + b.Count, a.Correct + b.Correct);
}
