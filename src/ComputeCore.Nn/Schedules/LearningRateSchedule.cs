namespace ComputeCore.Nn;

/// <summary>The learning rate as a function of the step. Steps count from 0, over the whole training.</summary>
public abstract record LearningRateSchedule
{
    /// <summary>The learning rate of a step.</summary>
    public abstract double At(long step);

    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    private protected static long AtLeastOne(long steps, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1, name);
        return steps;
    }
}

/// <summary>Always the same rate.</summary>
/// <param name="Rate">The learning rate.</param>
public sealed record ConstantSchedule(double Rate) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double At(long step) => Rate;
}

/// <summary>The rate falls by a factor every so many steps (PyTorch's <c>StepLR</c>).</summary>
/// <param name="Rate">The first learning rate.</param>
/// <param name="Every">Steps between two falls, at least 1.</param>
/// <param name="Factor">What the rate is multiplied by.</param>
public sealed record StepSchedule(double Rate, long Every, double Factor = 0.1) : LearningRateSchedule
{
    /// <summary>Steps between two falls, at least 1.</summary>
    public long Every { get; } = AtLeastOne(Every, nameof(Every));

    /// <inheritdoc/>
    public override double At(long step) => Rate * Math.Pow(Factor, step / Every);
}

/// <summary>
/// The rate changes linearly from one share of the base rate to another over so many steps, and then stays (PyTorch's
/// <c>LinearLR</c>).
/// </summary>
/// <param name="Rate">The base rate.</param>
/// <param name="Steps">Steps of the change, at least 1.</param>
/// <param name="Start">The first share.</param>
/// <param name="End">The last share.</param>
public sealed record LinearSchedule(double Rate, long Steps, double Start = 1.0 / 3, double End = 1) : LearningRateSchedule
{
    /// <summary>Steps of the change, at least 1.</summary>
    public long Steps { get; } = AtLeastOne(Steps, nameof(Steps));

    /// <inheritdoc/>
    public override double At(long step) => Rate * (Start + (End - Start) * Math.Min(step, Steps) / Steps);
}

/// <summary>
/// Half a cosine from the base rate down to a minimum (Loshchilov and Hutter, SGDR, 2017; PyTorch's <c>CosineAnnealingLR</c>),
/// after a linear warm-up.
/// </summary>
/// <param name="Rate">The rate at the end of the warm-up.</param>
/// <param name="Steps">Steps of the whole schedule, the warm-up included, at least 1; afterwards the rate stays at the minimum.</param>
/// <param name="Minimum">The last rate.</param>
/// <param name="WarmUp">Steps during which the rate grows linearly; the first of them has rate Rate / WarmUp.</param>
public sealed record CosineSchedule(double Rate, long Steps, double Minimum = 0, long WarmUp = 0) : LearningRateSchedule
{
    /// <summary>Steps of the whole schedule, at least 1.</summary>
    public long Steps { get; } = AtLeastOne(Steps, nameof(Steps));

    /// <inheritdoc/>
    public override double At(long step)
    {
        if (step < WarmUp)
            return Rate * (step + 1) / WarmUp;
        var progress = Math.Min(1, (double)(step - WarmUp) / Math.Max(1, Steps - WarmUp));
        return Minimum + (Rate - Minimum) * (1 + Math.Cos(Math.PI * progress)) / 2;
    }
}

/// <summary>
/// The schedule of the first Transformer (Vaswani et al., Attention Is All You Need, 2017, section 5.3): the rate grows linearly
/// and then falls with the inverse square root of the step: factor · width^-½ · min(n^-½, n · warmUp^-1½), n = step + 1.
/// </summary>
/// <param name="Width">The model's width, at least 1.</param>
/// <param name="WarmUp">Steps during which the rate grows, at least 1.</param>
/// <param name="Factor">What the rate is multiplied by.</param>
public sealed record NoamSchedule(int Width, long WarmUp, double Factor = 1) : LearningRateSchedule
{
    /// <summary>Steps during which the rate grows, at least 1.</summary>
    public long WarmUp { get; } = AtLeastOne(WarmUp, nameof(WarmUp));

    /// <inheritdoc/>
    public override double At(long step) => Factor / Math.Sqrt(Width) * Math.Min(1 / Math.Sqrt(step + 1), (step + 1) / Math.Pow(WarmUp, 1.5));
}

/// <summary>How a rate goes from one value to another.</summary>
public enum Annealing
{
    /// <summary>By half a cosine: slowly at both ends.</summary>
    Cosine,

    /// <summary>By a straight line.</summary>
    Linear,
}

/// <summary>
/// Smith and Topin's one-cycle policy (Super-Convergence, 2018) in PyTorch's form (<c>OneCycleLR</c>): the rate grows to its
/// maximum and falls to almost nothing.
/// </summary>
/// <param name="MaximumRate">The largest rate.</param>
/// <param name="Steps">Steps of the cycle, at least 1.</param>
/// <param name="WarmUpShare">The share of the steps in which the rate grows.</param>
/// <param name="InitialDivisor">The first rate is the largest divided by this.</param>
/// <param name="FinalDivisor">The last rate is the first divided by this.</param>
public sealed record OneCycleSchedule(double MaximumRate, long Steps, double WarmUpShare = 0.3, double InitialDivisor = 25, double FinalDivisor = 1e4) : LearningRateSchedule
{
    /// <summary>Steps of the cycle, at least 1.</summary>
    public long Steps { get; } = AtLeastOne(Steps, nameof(Steps));

    /// <summary>How the rate grows and falls.</summary>
    public Annealing Annealing { get; init; }

    /// <summary>Whether the rate falls to the first rate in as many steps as it grew, and only then to the last, as in the paper.</summary>
    public bool ThreePhases { get; init; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var (initial, final) = (MaximumRate / InitialDivisor, MaximumRate / InitialDivisor / FinalDivisor);
        var (top, last) = (WarmUpShare * Steps - 1, Steps - 1.0);
        if (step <= top)
            return Anneal(initial, MaximumRate, top == 0 ? 1 : step / top);
        if (!ThreePhases)
            return Anneal(MaximumRate, final, (step - top) / (last - top));
        return step <= 2 * top
            ? Anneal(MaximumRate, initial, (step - top) / top)
            : Anneal(initial, final, (step - 2 * top) / (last - 2 * top));
    }

    private double Anneal(double from, double to, double progress)
    {
        progress = Math.Min(1, progress);
        return Annealing == Annealing.Linear ? from + (to - from) * progress : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * progress));
    }
}
