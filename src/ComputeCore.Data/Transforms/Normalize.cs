using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Data;

/// <summary>Subtracts each channel's mean and divides by its standard deviation.</summary>
public sealed class Normalize : Transform
{
    private readonly float[] mean;
    private readonly float[] deviation;

    /// <summary>Takes a mean and a standard deviation per channel, in units of the pixels from 0 to 1.</summary>
    /// <exception cref="ArgumentException">There are not as many means as deviations, or a deviation is not above 0.</exception>
    public Normalize(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        if (mean.Length != deviation.Length)
            throw new ArgumentException($"{mean.Length} means were given, but {deviation.Length} standard deviations.", nameof(deviation));
        foreach (var value in deviation)
        {
            if (!(value > 0))
                throw new ArgumentException($"A standard deviation is above 0, not {value}.", nameof(deviation));
        }

        this.mean = mean.ToArray();
        this.deviation = deviation.ToArray();
    }

    internal override void Check(TensorType image)
    {
        if (image.ElementType != ElementType.Float32)
            throw new ArgumentException($"Normalize works on batches of f32, not of {image.ElementType.ShortName()}.");
        if (image.Shape[0] != mean.Length)
            throw new ArgumentException($"Normalize was given {mean.Length} channels, but the images have {image.Shape[0]}.");
    }

    internal override void Apply<T>(Span<T> image, Shape shape, ref CounterRandom random)
    {
        var values = MemoryMarshal.Cast<T, float>(image);
        var area = values.Length / mean.Length;
        for (var channel = 0; channel < mean.Length; channel++)
            Scale(values.Slice(channel * area, area), mean[channel], deviation[channel]);
    }

    private static void Scale(Span<float> values, float mean, float deviation)
    {
        ref var start = ref MemoryMarshal.GetReference(values);
        var means = Vector512.Create(mean);
        var deviations = Vector512.Create(deviation);
        nuint i = 0;
        for (; i + (nuint)Vector512<float>.Count <= (nuint)values.Length; i += (nuint)Vector512<float>.Count)
            ((Vector512.LoadUnsafe(ref start, i) - means) / deviations).StoreUnsafe(ref start, i);
        for (var rest = (int)i; rest < values.Length; rest++)
            values[rest] = (values[rest] - mean) / deviation;
    }
}
