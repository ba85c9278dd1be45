namespace ComputeCore.Data;

/// <summary>Mirrors half of the images, left to right.</summary>
public sealed class RandomHorizontalFlip : Transform
{
    internal override void Check(TensorType image)
    {
    }

    internal override void Apply<T>(Span<T> image, Shape shape, ref CounterRandom random)
    {
        if (random.Below(2) == 0)
            return;
        var width = shape[2];
        for (var row = 0; row < image.Length; row += width)
            image.Slice(row, width).Reverse();
    }
}
