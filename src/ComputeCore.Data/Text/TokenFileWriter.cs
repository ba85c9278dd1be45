using System.Buffers.Binary;

namespace ComputeCore.Data;

/// <summary>Takes the ids of a <see cref="TokenFile"/>.</summary>
public sealed class TokenFileWriter
{
    private const int BufferBytes = 1 << 16;
    private const int LargestShort = 1 << 16;

    private readonly Stream stream;
    private readonly int vocabularySize;
    private readonly int bytesPerId;
    private readonly byte[] buffer = new byte[BufferBytes];
    private int filled;

    internal TokenFileWriter(Stream stream, int vocabularySize)
    {
        this.stream = stream;
        this.vocabularySize = vocabularySize;
        bytesPerId = vocabularySize <= LargestShort ? sizeof(ushort) : sizeof(int);
        stream.Write(new byte[TokenFile.HeaderBytes]);
    }

    /// <summary>Ids taken so far.</summary>
    public long Count { get; private set; }

    /// <summary>Takes ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is negative or not below the size of the vocabulary.</exception>
    public void Append(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)vocabularySize)
                throw new ArgumentOutOfRangeException(nameof(ids), $"The id {id} at place {Count} is out of range for a vocabulary of {vocabularySize} tokens.");
            if (bytesPerId == sizeof(ushort))
                BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(filled), (ushort)id);
            else
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(filled), id);
            filled += bytesPerId;
            Count++;
            if (filled == BufferBytes)
                Flush();
        }
    }

    /// <summary>Writes what is left, and the header, which needs the count.</summary>
    internal void Finish()
    {
        Flush();
        Span<byte> header = stackalloc byte[TokenFile.HeaderBytes];
        header.Clear();
        TokenFile.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], TokenFile.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)bytesPerId * 8);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], (ulong)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)vocabularySize);
        stream.Position = 0;
        stream.Write(header);
    }

    private void Flush()
    {
        stream.Write(buffer.AsSpan(0, filled));
        filled = 0;
    }
}
