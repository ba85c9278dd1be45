using System.Buffers.Text;
using System.IO.Compression;

namespace ComputeCore.Kernels;

/// <summary>
/// How the compiler writes a SPIR-V module into source: deflated (RFC 1951) and in base 64, as one UTF-8 literal. A literal is one
/// token to the C# compiler and data in the assembly; nothing is decoded before a device asks for it.
/// </summary>
public static class SpirvText
{
    /// <summary>The module's bytes.</summary>
    public static ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return default;
        var deflated = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        Base64.DecodeFromUtf8(text, deflated, out _, out var count);
        using var inflater = new DeflateStream(new MemoryStream(deflated, 0, count), CompressionMode.Decompress);
        using var module = new MemoryStream();
        inflater.CopyTo(module);
        return module.ToArray();
    }
}
