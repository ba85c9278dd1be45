namespace ComputeCore.Data;

/// <summary>
/// Surrounds each image with zeros and cuts one of the same size out of it, at a random place: moves the image by up to the
/// padding in each direction.
/// </summary>
public sealed class RandomCrop : Transform
{
    private readonly int padding;

    /// <summary>Takes the width of the padding in pixels, at least 0.</summary>
    public RandomCrop(int padding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(padding, 1 << 20);
        this.padding = padding;
    }

    internal override void Check(TensorType image)
    {
    }

    internal override void Apply<T>(Span<T> image, Shape shape, ref CounterRandom random)
    {
        var down = padding - random.Below((2 * padding) + 1);
        var right = padding - random.Below((2 * padding) + 1);
        var (height, width) = (shape[1], shape[2]);
        for (var plane = 0; plane < image.Length; plane += height * width)
            Move(image.Slice(plane, height * width), height, width, down, right);
    }

    /// <summary>Moves a plane in place. Rows go in the order in which none is overwritten before it has moved.</summary>
    private static void Move<T>(Span<T> plane, int height, int width, int down, int right)
        where T : unmanaged
    {
        for (var i = 0; i < height; i++)
        {
            var row = down > 0 ? height - 1 - i : i;
            var target = plane.Slice(row * width, width);
            var source = row - down;
            if (source < 0 || source >= height || Math.Abs(right) >= width)
            {
                target.Clear();
                continue;
            }

            var kept = plane.Slice((source * width) + Math.Max(-right, 0), width - Math.Abs(right));
            kept.CopyTo(target[Math.Max(right, 0)..]);
            (right > 0 ? target[..right] : target[(width + right)..]).Clear();
        }
    }
}
