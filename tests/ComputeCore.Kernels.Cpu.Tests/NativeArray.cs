using System.Runtime.InteropServices;

namespace ComputeCore.Kernels.Cpu.Tests;

/// <summary>
/// Unmanaged memory for a kernel's operands, not aligned to a vector, with guard elements on both sides that a kernel must not
/// touch: <see cref="Dispose"/> checks them.
/// </summary>
internal sealed unsafe class NativeArray<T> : IDisposable
    where T : unmanaged
{
    private const int GuardBytes = 128;
    private const byte GuardByte = 0xA5;
    private readonly byte* block;

    public NativeArray(long length)
    {
        Length = (int)length;
        block = (byte*)NativeMemory.AlignedAlloc((nuint)((length * sizeof(T)) + (2 * GuardBytes) + 64), 64);
        Pointer = (T*)(block + GuardBytes + sizeof(T));
        new Span<byte>(block, GuardBytes + sizeof(T)).Fill(GuardByte);
        new Span<byte>(Pointer + length, GuardBytes).Fill(GuardByte);
    }

    public NativeArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public T* Pointer { get; }

    public Span<T> Span => new(Pointer, Length);

    /// <summary>Whether the elements are the same bit for bit: 0 is not -0, and NaN has its payload.</summary>
    public bool HasBitsOf(ReadOnlySpan<T> other) => MemoryMarshal.AsBytes(Span).SequenceEqual(MemoryMarshal.AsBytes(other));

    public void Dispose()
    {
        var isIntact = !new Span<byte>(block, GuardBytes + sizeof(T)).ContainsAnyExcept(GuardByte)
            && !new Span<byte>(Pointer + Length, GuardBytes).ContainsAnyExcept(GuardByte);
        NativeMemory.AlignedFree(block);
        if (!isIntact)
            throw new InvalidOperationException("A kernel wrote outside its operand.");
    }
}
