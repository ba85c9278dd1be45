using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Simd;

/// <summary>How a kernel reaches memory: whole vectors, or the part of one at the end. The arithmetic between is the same code, hence the same bits.</summary>
internal unsafe interface IVectorAccess
{
    Vector512<float> Load(float* source);

    void Store(Vector512<float> value, float* destination);
}

/// <summary>Sixteen elements.</summary>
internal readonly unsafe struct WholeVector : IVectorAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector512<float> value, float* destination) => value.Store(destination);
}

/// <summary>The first <paramref name="count"/> elements of a vector.</summary>
internal readonly unsafe struct PartOfVector(int count) : IVectorAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Load(float* source) => Lanes.Load(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector512<float> value, float* destination) => Lanes.Store(destination, count, value);
}
