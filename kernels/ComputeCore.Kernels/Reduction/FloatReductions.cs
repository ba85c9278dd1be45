using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Reduction;

/// <summary>scale Σ x.</summary>
internal readonly struct FloatSum : IReduction<float>
{
    public float Identity() => 0f;

    public float Map(float x, float center) => x;

    public float Combine(float a, float b) => a + b;

    public float Corrected(float x, float lost) => x - lost;

    public float Lost(float before, float added, float after) => Compensation.Lost(before, added, after);

    public float Finish(float result, float scale) => result * scale;
}

/// <summary>scale Σ x².</summary>
internal readonly struct FloatSumOfSquares : IReduction<float>
{
    public float Identity() => 0f;

    public float Map(float x, float center) => x * x;

    public float Combine(float a, float b) => a + b;

    public float Corrected(float x, float lost) => x - lost;

    public float Lost(float before, float added, float after) => Compensation.Lost(before, added, after);

    public float Finish(float result, float scale) => result * scale;
}

/// <summary>scale Σ (x - center)².</summary>
internal readonly struct FloatSumOfSquaredDeviations : IReduction<float>
{
    public float Identity() => 0f;

    public float Map(float x, float center) => (x - center) * (x - center);

    public float Combine(float a, float b) => a + b;

    public float Corrected(float x, float lost) => x - lost;

    public float Lost(float before, float added, float after) => Compensation.Lost(before, added, after);

    public float Finish(float result, float scale) => result * scale;
}

/// <summary>The greatest element; NaN if there is one.</summary>
internal readonly struct FloatMax : IReduction<float>
{
    public float Identity() => float.NegativeInfinity;

    public float Map(float x, float center) => x;

    public float Combine(float a, float b) => DeviceMath.Max(a, b);

    public float Corrected(float x, float lost) => x;

    public float Lost(float before, float added, float after) => 0f;

    public float Finish(float result, float scale) => result;
}

/// <summary>The least element; NaN if there is one.</summary>
internal readonly struct FloatMin : IReduction<float>
{
    public float Identity() => float.PositiveInfinity;

    public float Map(float x, float center) => x;

    public float Combine(float a, float b) => DeviceMath.Min(a, b);

    public float Corrected(float x, float lost) => x;

    public float Lost(float before, float added, float after) => 0f;

    public float Finish(float result, float scale) => result;
}

/// <summary>Kahan's summation ("Further remarks on reducing truncation errors", 1965): long sums err as little as short ones.</summary>
internal static class Compensation
{
    /// <summary>What a sum exceeds the numbers that were added by; 0 for sums that are infinite or NaN.</summary>
    public static float Lost(float before, float added, float after) => DeviceMath.IsFinite(after) ? after - before - added : 0f;
}
