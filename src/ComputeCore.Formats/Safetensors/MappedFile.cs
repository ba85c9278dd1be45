using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace ComputeCore.Formats.Safetensors;

/// <summary>
/// A file mapped into memory, privately: what is written to the memory never reaches the file, and a write is no crash as
/// it would be in a read-only map.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private bool disposed;

    /// <summary>Maps a whole file, which must not be empty, and takes ownership of its stream.</summary>
    public MappedFile(FileStream stream)
    {
        Length = stream.Length;
        map = MemoryMappedFile.CreateFromFile(stream, mapName: null, capacity: 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.CopyOnWrite);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>A part of the file, without copying.</summary>
    public Memory<byte> Slice(long offset, int length) => new Part(this, start + offset, length).Memory;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }

    /// <summary>A part of the map as memory; it keeps the map alive, and says so if the map was disposed of.</summary>
    private sealed class Part(MappedFile file, byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(file.disposed, typeof(SafetensorsFile));
            return new Span<byte>(start, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(file.disposed, typeof(SafetensorsFile));
            return new MemoryHandle(start + elementIndex, default, this);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
