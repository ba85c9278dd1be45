namespace ComputeCore.Nn;

/// <summary>Attention with linear biases (Press, Smith and Lewis, Train Short, Test Long, 2022).</summary>
public static class Alibi
{
    /// <summary>
    /// How much each head's scores fall with each step between query and key, [heads]: the powers of 2^(−8 / n) for the largest
    /// power of two n up to the heads; for further heads every other one of the powers of 2^(−4 / n), as the authors do.
    /// </summary>
    /// <param name="heads">Query heads.</param>
    public static TensorData Slopes(int heads)
    {
        var power = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)heads + 1) / 2;
        return TensorData.From<float>([heads], [.. Enumerable.Range(0, heads).Select(head =>
            (float)(head < power ? Math.Pow(2, -8.0 * (head + 1) / power) : Math.Pow(2, -4.0 * (2 * (head - power) + 1) / power)))]);
    }
}
