using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Kernels.Cpu.Elementwise;

// One operator over one tile, in the common form that an ElementwiseProgram's instruction points to:
//   (destination, a, b, c, count, p0, p1); an operator ignores the sources and parameters that it does not have.
// The destination may be one of the sources: every vector is read before it is written. The last count % 16 elements go through
// the same vector function, in a padded vector, so that a value does not depend on where in a tile it stands.

/// <summary>The loops that apply an operator to a tile.</summary>
internal static unsafe class ElementwiseTile
{
    /// <summary>destination[i] = operator(a[i], p0, p1).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Unary<TOperator>(float* destination, float* a, float* b, float* c, int count, float p0, float p1)
        where TOperator : struct, IUnaryOperator
    {
        var parameter0 = Vector512.Create(p0);
        var parameter1 = Vector512.Create(p1);
        var i = 0;
        for (; i <= count - 16; i += 16)
            TOperator.Invoke(Vector512.Load(a + i), parameter0, parameter1).Store(destination + i);
        if (i < count)
            UnaryPart<TOperator>(destination + i, a + i, count - i, p0, p1);
    }

    /// <summary>destination[i] = operator(a[i], b[i]).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Binary<TOperator>(float* destination, float* a, float* b, float* c, int count, float p0, float p1)
        where TOperator : struct, IBinaryOperator
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
            TOperator.Invoke(Vector512.Load(a + i), Vector512.Load(b + i)).Store(destination + i);
        if (i < count)
            BinaryPart<TOperator>(destination + i, a + i, b + i, count - i);
    }

    /// <summary>destination[i] = operator(a[i], b[i], c[i]).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Ternary<TOperator>(float* destination, float* a, float* b, float* c, int count, float p0, float p1)
        where TOperator : struct, ITernaryOperator
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
            TOperator.Invoke(Vector512.Load(a + i), Vector512.Load(b + i), Vector512.Load(c + i)).Store(destination + i);
        if (i < count)
        {
            var result = TOperator.Invoke(LoadPart(a + i, count - i), LoadPart(b + i, count - i), LoadPart(c + i, count - i));
            StorePart(result, destination + i, count - i);
        }
    }

    // Apart from the loops, so that these contain the operator once: twice the larger ones, the compiler would not inline them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnaryPart<TOperator>(float* destination, float* a, int count, float p0, float p1)
        where TOperator : struct, IUnaryOperator
    {
        var vector = LoadPart(a, count);
        Unary<TOperator>((float*)&vector, (float*)&vector, null, null, 16, p0, p1);
        StorePart(vector, destination, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BinaryPart<TOperator>(float* destination, float* a, float* b, int count)
        where TOperator : struct, IBinaryOperator
    {
        var vector = LoadPart(a, count);
        var vectorB = LoadPart(b, count);
        Binary<TOperator>((float*)&vector, (float*)&vector, (float*)&vectorB, null, 16, 0, 0);
        StorePart(vector, destination, count);
    }

    private static Vector512<float> LoadPart(float* source, int count)
    {
        var vector = Vector512<float>.Zero;
        Unsafe.CopyBlockUnaligned(&vector, source, (uint)count * sizeof(float));
        return vector;
    }

    private static void StorePart(Vector512<float> vector, float* destination, int count)
        => Unsafe.CopyBlockUnaligned(destination, &vector, (uint)count * sizeof(float));
}
