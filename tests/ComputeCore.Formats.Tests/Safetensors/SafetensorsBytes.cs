using System.Buffers.Binary;
using System.Text;

namespace ComputeCore.Formats.Tests.Safetensors;

/// <summary>Safetensors files written byte by byte, independently of the writer.</summary>
internal static class SafetensorsBytes
{
    public static byte[] File(string header, params byte[] data) => File(Encoding.UTF8.GetBytes(header), data);

    public static byte[] File(byte[] header, byte[] data)
    {
        var file = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file, 8);
        data.CopyTo(file, 8 + header.Length);
        return file;
    }
}
