using System.Buffers.Binary;
using System.IO.Compression;

namespace ComputeCore.Data.Tests.Idx;

/// <summary>IDX files written byte by byte.</summary>
internal static class IdxBytes
{
    public static byte[] File(byte type, int[] extents, params byte[] elements)
    {
        var file = new byte[4 + (4 * extents.Length) + elements.Length];
        file[2] = type;
        file[3] = (byte)extents.Length;
        for (var axis = 0; axis < extents.Length; axis++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * axis)), extents[axis]);
        elements.CopyTo(file, 4 + (4 * extents.Length));
        return file;
    }

    public static byte[] Compressed(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
            gzip.Write(content);
        return stream.ToArray();
    }

    public static byte[] Random(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
