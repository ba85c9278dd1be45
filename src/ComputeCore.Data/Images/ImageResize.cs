namespace ComputeCore.Data;

/// <summary>
/// Changes the size of images: bilinear, and where they shrink with the triangle widened by the scale, so that every pixel
/// counts (antialiasing, as Pillow's and torchvision's default). Separable: columns first, then rows.
/// </summary>
public static class ImageResize
{
    /// <summary>An image in another size.</summary>
    /// <param name="image">u8 [C, H, W].</param>
    /// <param name="height">The new height in pixels, at least 1.</param>
    /// <param name="width">The new width in pixels, at least 1.</param>
    /// <returns>u8 [C, height, width].</returns>
    /// <exception cref="ArgumentException">The image has another type or shape, or no pixels; or the size is out of range.</exception>
    public static TensorData Resize(TensorData image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (image.ElementType != ElementType.UInt8 || image.Shape.Rank != 3 || image.Shape.ElementCount == 0)
            throw new ArgumentException($"An image is u8[C, H, W], not {image}.", nameof(image));

        var (channels, oldHeight, oldWidth) = (image.Shape[0], image.Shape[1], image.Shape[2]);
        var resized = new TensorData(new TensorType(ElementType.UInt8, [channels, height, width]));
        var columns = Taps(oldWidth, width);
        var rows = Taps(oldHeight, height);
        var narrow = new float[oldHeight * width];
        for (var channel = 0; channel < channels; channel++)
        {
            var source = image.Bytes.Slice(channel * oldHeight * oldWidth, oldHeight * oldWidth);
            var target = resized.Bytes.Slice(channel * height * width, height * width);
            for (var y = 0; y < oldHeight; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var sum = 0f;
                    for (var tap = 0; tap < columns[x].Weights.Length; tap++)
                        sum += columns[x].Weights[tap] * source[(y * oldWidth) + columns[x].First + tap];
                    narrow[(y * width) + x] = sum;
                }
            }

            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var sum = 0.5f;
                    for (var tap = 0; tap < rows[y].Weights.Length; tap++)
                        sum += rows[y].Weights[tap] * narrow[((rows[y].First + tap) * width) + x];
                    target[(y * width) + x] = (byte)Math.Clamp(sum, 0f, 255f);
                }
            }
        }

        return resized;
    }

    /// <summary>For each new pixel the old ones under its triangle, centred on the same place, with weights that sum to 1.</summary>
    private static (int First, float[] Weights)[] Taps(int oldSize, int newSize)
    {
        var scale = (double)oldSize / newSize;
        var radius = Math.Max(scale, 1);
        var taps = new (int First, float[] Weights)[newSize];
        for (var i = 0; i < newSize; i++)
        {
            var center = (i + 0.5) * scale;
            var first = Math.Max((int)Math.Floor(center - radius), 0);
            var end = Math.Min((int)Math.Ceiling(center + radius), oldSize);
            var weights = new double[end - first];
            for (var tap = 0; tap < weights.Length; tap++)
                weights[tap] = Math.Max(0, 1 - (Math.Abs(first + tap + 0.5 - center) / radius));
            var sum = weights.Sum();
            taps[i] = (first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        }

        return taps;
    }
}
