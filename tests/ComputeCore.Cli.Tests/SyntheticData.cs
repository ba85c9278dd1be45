using System.Buffers.Binary;
using System.IO.Compression;
using ComputeCore.Data;

namespace ComputeCore.Cli.Tests;

/// <summary>A folder with the four files of Fashion-MNIST, filled with noise and, for each class, a bright band.</summary>
internal static class SyntheticData
{
    public const int Side = 28;

    public static string Write(string folder, int training, int test)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(1);
        foreach (var (part, count) in new[] { ("train", training), ("t10k", test) })
        {
            var labels = new byte[count];
            var pixels = new byte[count * Side * Side];
            for (var i = 0; i < count; i++)
            {
                labels[i] = (byte)random.Next(10);
                Image(labels[i], random).CopyTo(pixels, i * Side * Side);
            }

            WriteIdx(ImagesFile(folder, part), [count, Side, Side], pixels);
            WriteIdx(LabelsFile(folder, part), [count], labels);
        }

        return folder;
    }

    /// <summary>An image of a class as a PNG file.</summary>
    public static string WriteImage(string path, int label)
    {
        ImageFile.Save(path, TensorData.From([1, Side, Side], Image(label, new Random(label))));
        return path;
    }

    public static string ImagesFile(string folder, string part) => Path.Combine(folder, $"{part}-images-idx3-ubyte.gz");

    public static string LabelsFile(string folder, string part) => Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz");

    public static void WriteIdx(string path, int[] extents, byte[] elements, byte magic = 0)
    {
        const byte UnsignedBytes = 8;
        using var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        stream.Write([magic, 0, UnsignedBytes, (byte)extents.Length]);
        Span<byte> bigEndian = stackalloc byte[4];
        foreach (var extent in extents)
        {
            BinaryPrimitives.WriteInt32BigEndian(bigEndian, extent);
            stream.Write(bigEndian);
        }

        stream.Write(elements);
    }

    private static byte[] Image(int label, Random random) =>
        [.. Enumerable.Range(0, Side * Side).Select(pixel => (byte)(random.Next(100) + (pixel / 80 == label ? 120 : 0)))];
}
