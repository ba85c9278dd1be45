using System.Runtime.InteropServices;
using ComputeCore.Formats;
using SkiaSharp;

namespace ComputeCore.Data;

/// <summary>
/// Reads and writes images: PNG, JPEG, WebP, GIF (its first picture), BMP. Colours are taken as stored, without colour
/// management; an alpha channel is dropped, and a camera's note on orientation is not obeyed, as in torchvision.
/// </summary>
public static class ImageFile
{
    private const int LargestFile = 1 << 28;

    private const long MostPixels = 1 << 26;

    /// <summary>Reads an image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">3 for red, green and blue; 1 for gray, into which colours are weighed by ITU-R BT.601.</param>
    /// <returns>u8 [channels, H, W].</returns>
    /// <exception cref="InvalidFileException">The file is no image, is damaged, or has more than 2^26 pixels.</exception>
    /// <exception cref="IOException">The file does not exist or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static TensorData Load(string path, int channels)
    {
        var length = new FileInfo(path).Length;
        if (length > LargestFile)
            throw new InvalidFileException(path, $"is {length} bytes long, more than the {LargestFile} that an image may have");
        return Decode(path, File.ReadAllBytes(path), channels);
    }

    /// <summary>Reads an image from memory.</summary>
    /// <param name="name">What messages call the file.</param>
    /// <param name="content">The file.</param>
    /// <param name="channels">3 for red, green and blue; 1 for gray.</param>
    /// <inheritdoc cref="Load" path="/returns"/>
    /// <exception cref="InvalidFileException">The content is no image, is damaged, or has more than 2^26 pixels.</exception>
    public static TensorData Decode(string name, ReadOnlySpan<byte> content, int channels)
    {
        CheckChannels(channels);
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data) ?? throw new InvalidFileException(name, "is not an image of a format that is known (PNG, JPEG, WebP, GIF, BMP)");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width < 1 || height < 1 || (long)width * height > MostPixels)
            throw new InvalidFileException(name, $"declares an image of {width} x {height} pixels; from 1 to {MostPixels} are supported");

        var pixels = new byte[4 * width * height];
        var handle = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), handle.AddrOfPinnedObject());
            if (result != SKCodecResult.Success)
                throw new InvalidFileException(name, $"holds a damaged image ({result})");
        }
        finally
        {
            handle.Free();
        }

        return ToPlanes(pixels, channels, height, width);
    }

    /// <summary>Writes an image whole or not at all, as PNG, or as JPEG of quality 95 where the name ends in .jpg or .jpeg.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="image">u8 [1 or 3, H, W].</param>
    /// <exception cref="ArgumentException">The image has another type or shape, or the name another ending.</exception>
    /// <exception cref="IOException">The disk is full, or the file can't be written; an old file is untouched.</exception>
    public static void Save(string path, TensorData image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.ElementType != ElementType.UInt8 || image.Shape.Rank != 3 || image.Shape.ElementCount == 0)
            throw new ArgumentException($"An image is u8[1 or 3, H, W], not {image}.", nameof(image));
        CheckChannels(image.Shape[0]);
        var format = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => SKEncodedImageFormat.Png,
            ".JPG" or ".JPEG" => SKEncodedImageFormat.Jpeg,
            var other => throw new ArgumentException($"Images are saved as .png, .jpg or .jpeg, not as '{other}'.", nameof(path)),
        };

        using var bitmap = new SKBitmap(new SKImageInfo(image.Shape[2], image.Shape[1], SKColorType.Rgba8888, SKAlphaType.Opaque));
        ToPixels(image, bitmap.GetPixelSpan());
        using var encoded = bitmap.Encode(format, quality: 95);
        AtomicFile.Write(path, stream => stream.Write(encoded.AsSpan()));
    }

    private static TensorData ToPlanes(ReadOnlySpan<byte> pixels, int channels, int height, int width)
    {
        var image = new TensorData(new TensorType(ElementType.UInt8, [channels, height, width]));
        var planes = image.Bytes;
        var area = height * width;
        for (var i = 0; i < area; i++)
        {
            var (red, green, blue) = (pixels[4 * i], pixels[(4 * i) + 1], pixels[(4 * i) + 2]);
            if (channels == 1)
            {
                planes[i] = (byte)(((299 * red) + (587 * green) + (114 * blue) + 500) / 1000);
                continue;
            }

            planes[i] = red;
            planes[area + i] = green;
            planes[(2 * area) + i] = blue;
        }

        return image;
    }

    private static void ToPixels(TensorData image, Span<byte> pixels)
    {
        var planes = image.Bytes;
        var area = image.Shape[1] * image.Shape[2];
        var nextPlane = image.Shape[0] == 1 ? 0 : area;
        for (var i = 0; i < area; i++)
        {
            pixels[4 * i] = planes[i];
            pixels[(4 * i) + 1] = planes[nextPlane + i];
            pixels[(4 * i) + 2] = planes[(2 * nextPlane) + i];
            pixels[(4 * i) + 3] = 255;
        }
    }

    private static void CheckChannels(int channels)
    {
        if (channels is not (1 or 3))
            throw new ArgumentException($"An image has 1 or 3 channels, not {channels}.", nameof(channels));
    }
}
