using System.Buffers.Binary;
using ComputeCore.Data.Tests.Idx;
using ComputeCore.Formats;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Images;

public sealed class ImageFileTests
{
    [Test]
    public void What_is_saved_as_png_is_loaded([Values(1, 3)] int channels)
    {
        using var folder = new TemporaryFolder();
        var image = Noise([channels, 5, 7]);
        ImageFile.Save(folder.File("image.png"), image);
        var loaded = ImageFile.Load(folder.File("image.png"), channels);
        Assert.That(loaded.Type, Is.EqualTo(image.Type));
        Assert.That(loaded.Bytes.SequenceEqual(image.Bytes));
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "image.png" }));
    }

    [Test]
    public void A_jpeg_is_nearly_what_was_saved()
    {
        using var folder = new TemporaryFolder();
        var image = new TensorData(new TensorType(ElementType.UInt8, [3, 16, 16]));
        for (var i = 0; i < image.Bytes.Length; i++)
            image.Bytes[i] = (byte)(i % 16 * 8);
        ImageFile.Save(folder.File("image.jpg"), image);
        var loaded = ImageFile.Load(folder.File("image.jpg"), 3);
        for (var i = 0; i < image.Bytes.Length; i++)
            Assert.That((int)loaded.Bytes[i], Is.EqualTo(image.Bytes[i]).Within(4));
    }

    [Test]
    public void Colours_become_gray_by_their_luminance()
    {
        using var folder = new TemporaryFolder();
        ImageFile.Save(folder.File("image.png"), TensorData.From<byte>([3, 1, 4], 255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 30));
        Assert.That(ImageFile.Load(folder.File("image.png"), 1).Bytes.ToArray(), Is.EqualTo(new byte[] { 76, 150, 29, 18 }));
    }

    [Test]
    public void Every_shorter_file_is_refused()
    {
        var png = Png(Noise([3, 9, 9]));
        // The last 20 bytes are two checksums and PNG's end mark, without which the pixels are still whole.
        for (var length = 0; length < png.Length - 20; length++)
            Assert.Throws<InvalidFileException>(() => ImageFile.Decode("cut.png", png.AsSpan(0, length), 3), $"{length} of {png.Length} bytes");
    }

    [Test]
    public void Damaged_files_are_read_or_refused()
    {
        var png = Png(Noise([3, 9, 9]));
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var file = Mutations.Of(png, ["IDAT"u8.ToArray(), [0xff, 0xff, 0xff, 0xff]], random);
            try
            {
                ImageFile.Decode("damaged.png", file, 3);
            }
            catch (InvalidFileException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.InRange(1000, 2000));
    }

    [Test]
    public void A_picture_of_too_many_pixels_is_refused_before_it_is_decoded()
    {
        var png = Png(Noise([1, 2, 2]));
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => ImageFile.Decode("bomb.png", png, 3), Throws.TypeOf<InvalidFileException>().With.Message.Contains("60000 x 60000"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
    }

    [Test]
    public void Text_is_no_image() =>
        Assert.That(() => ImageFile.Decode("x.png", "hello"u8, 3), Throws.TypeOf<InvalidFileException>().With.Message.Contains("'x.png'"));

    [Test]
    public void What_is_no_image_is_not_saved()
    {
        Assert.Throws<ArgumentException>(() => ImageFile.Save("x.png", Noise([2, 4, 4])));
        Assert.Throws<ArgumentException>(() => ImageFile.Save("x.bmp", Noise([3, 4, 4])));
        Assert.Throws<ArgumentException>(() => ImageFile.Save("x.png", TensorData.Scalar(1f)));
        Assert.Throws<ArgumentException>(() => ImageFile.Decode("x.png", Png(Noise([3, 4, 4])), 4));
    }

    [Test]
    public void Resizing_follows_the_definition([Values(3, 7, 12, 20)] int height, [Values(1, 8, 12, 31)] int width)
    {
        var image = Noise([2, 12, 12]);
        var resized = ImageResize.Resize(image, height, width);
        Assert.That(resized.Shape, Is.EqualTo(Shape.Create([2, height, width])));
        for (var channel = 0; channel < 2; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var expected = WeighedMean(image.Bytes.Slice(channel * 144, 144), (y + 0.5) * 12 / height, (x + 0.5) * 12 / width, Math.Max(12.0 / height, 1), Math.Max(12.0 / width, 1));
                    Assert.That((double)resized.Bytes[(((channel * height) + y) * width) + x], Is.EqualTo(expected).Within(0.501));
                }
            }
        }
    }

    [Test]
    public void An_image_of_the_same_size_is_unchanged()
    {
        var image = Noise([3, 6, 9]);
        Assert.That(ImageResize.Resize(image, 6, 9).Bytes.SequenceEqual(image.Bytes));
    }

    /// <summary>The mean of all pixels of a 12 x 12 plane, weighed by a pyramid around a place.</summary>
    private static double WeighedMean(ReadOnlySpan<byte> plane, double centerY, double centerX, double radiusY, double radiusX)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var y = 0; y < 12; y++)
        {
            for (var x = 0; x < 12; x++)
            {
                var weight = Math.Max(0, 1 - (Math.Abs(y + 0.5 - centerY) / radiusY)) * Math.Max(0, 1 - (Math.Abs(x + 0.5 - centerX) / radiusX));
                sum += weight * plane[(y * 12) + x];
                weights += weight;
            }
        }

        return sum / weights;
    }

    private static TensorData Noise(Shape shape) => TensorData.From<byte>(shape, IdxBytes.Random((int)shape.ElementCount, seed: 6));

    private static byte[] Png(TensorData image)
    {
        using var folder = new TemporaryFolder();
        ImageFile.Save(folder.File("image.png"), image);
        return File.ReadAllBytes(folder.File("image.png"));
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
