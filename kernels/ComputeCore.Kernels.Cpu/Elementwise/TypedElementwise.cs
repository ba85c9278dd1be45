using System.Numerics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Elementwise;

// Element by element through a row walk that shares Broadcasting with the fused programs. Integers in a network are indices,
// labels and masks: small. What is large and 32-bit float goes through an ElementwiseProgram.

/// <summary>Element-wise operations on 32- and 64-bit integers and bytes, with broadcasting, and conversions between all types.</summary>
internal static unsafe class TypedElementwise
{
    private const long ElementsPerItem = 16384;

    /// <summary>result[i] = operator(a[i], b[i]) over the shape of <paramref name="layout"/>.</summary>
    public static void Binary<T, TResult, TOperator>(WorkerPool pool, T* a, T* b, TResult* result, in OperandLayout layout)
        where T : unmanaged
        where TResult : unmanaged
        where TOperator : struct, ITypedOperator<T, TResult>
        => For(pool, new BinaryBody<T, TResult, TOperator> { A = a, B = b, Result = result, Layout = layout }, layout.Count);

    /// <summary>result[i] = condition[i] ? a[i] : b[i]; the operands in the order condition, a, b.</summary>
    public static void Where<T>(WorkerPool pool, byte* condition, T* a, T* b, T* result, in OperandLayout layout)
        where T : unmanaged
        => For(pool, new WhereBody<T> { Condition = condition, A = a, B = b, Result = result, Layout = layout }, layout.Count);

    /// <summary>result[i] = -source[i]; the least integer stays itself.</summary>
    public static void Negate<T>(WorkerPool pool, T* source, T* result, long count)
        where T : unmanaged, INumber<T>
        => For(pool, new NegateBody<T> { Source = source, Result = result, Count = count }, count);

    /// <summary>result[i] = |source[i]|; the least integer stays itself.</summary>
    public static void Abs<T>(WorkerPool pool, T* source, T* result, long count)
        where T : unmanaged, INumber<T>
        => For(pool, new AbsBody<T> { Source = source, Result = result, Count = count }, count);

    /// <summary>
    /// Converts: floats to integers toward zero and saturating, NaN to 0; integers to narrower ones by dropping high bits.
    /// </summary>
    public static void Cast<TSource, TResult>(WorkerPool pool, TSource* source, TResult* result, long count)
        where TSource : unmanaged, INumber<TSource>
        where TResult : unmanaged, INumber<TResult>
        => For(pool, new CastBody<TSource, TResult> { Source = source, Result = result, Count = count }, count);

    /// <summary>Converts to truth values: 1 where the source is not 0.</summary>
    public static void CastToBool<TSource>(WorkerPool pool, TSource* source, byte* result, long count)
        where TSource : unmanaged, INumber<TSource>
        => For(pool, new CastToBoolBody<TSource> { Source = source, Result = result, Count = count }, count);

    private static void For<TBody>(WorkerPool pool, TBody body, long count)
        where TBody : unmanaged, IParallelBody
        => pool.For(checked((int)((count + ElementsPerItem - 1) / ElementsPerItem)), body);

    private static (long First, long End) Range(int item, long count)
        => (item * ElementsPerItem, Math.Min(count, (item + 1) * ElementsPerItem));

    private struct BinaryBody<T, TResult, TOperator> : IParallelBody
        where T : unmanaged
        where TResult : unmanaged
        where TOperator : struct, ITypedOperator<T, TResult>
    {
        public T* A;
        public T* B;
        public TResult* Result;
        public OperandLayout Layout;

        public readonly void Run(int index, int worker)
        {
            var (i, end) = Range(index, Layout.Count);
            var offsets = stackalloc long[OperandLayout.MaxOperands];
            while (i < end)
            {
                var rowEnd = Math.Min(end, i + Layout.Locate(i, offsets));
                for (long a = offsets[0], b = offsets[1]; i < rowEnd; i++, a += Layout.InnerStride(0), b += Layout.InnerStride(1))
                    Result[i] = TOperator.Invoke(A[a], B[b]);
            }
        }
    }

    private struct WhereBody<T> : IParallelBody
        where T : unmanaged
    {
        public byte* Condition;
        public T* A;
        public T* B;
        public T* Result;
        public OperandLayout Layout;

        public readonly void Run(int index, int worker)
        {
            var (i, end) = Range(index, Layout.Count);
            var offsets = stackalloc long[OperandLayout.MaxOperands];
            while (i < end)
            {
                var rowEnd = Math.Min(end, i + Layout.Locate(i, offsets));
                for (var column = 0L; i < rowEnd; i++, column++)
                {
                    Result[i] = Condition[offsets[0] + (column * Layout.InnerStride(0))] != 0
                        ? A[offsets[1] + (column * Layout.InnerStride(1))]
                        : B[offsets[2] + (column * Layout.InnerStride(2))];
                }
            }
        }
    }

    private struct NegateBody<T> : IParallelBody
        where T : unmanaged, INumber<T>
    {
        public T* Source;
        public T* Result;
        public long Count;

        public readonly void Run(int index, int worker)
        {
            var (i, end) = Range(index, Count);
            for (; i < end; i++)
                Result[i] = unchecked(-Source[i]);
        }
    }

    private struct AbsBody<T> : IParallelBody
        where T : unmanaged, INumber<T>
    {
        public T* Source;
        public T* Result;
        public long Count;

        public readonly void Run(int index, int worker)
        {
            // Not T.Abs, which throws for the least integer.
            var (i, end) = Range(index, Count);
            for (; i < end; i++)
                Result[i] = T.IsNegative(Source[i]) ? unchecked(-Source[i]) : Source[i];
        }
    }

    private struct CastBody<TSource, TResult> : IParallelBody
        where TSource : unmanaged, INumber<TSource>
        where TResult : unmanaged, INumber<TResult>
    {
        public TSource* Source;
        public TResult* Result;
        public long Count;

        public readonly void Run(int index, int worker)
        {
            var (i, end) = Range(index, Count);
            for (; i < end; i++)
                Result[i] = TResult.CreateTruncating(Source[i]);
        }
    }

    private struct CastToBoolBody<TSource> : IParallelBody
        where TSource : unmanaged, INumber<TSource>
    {
        public TSource* Source;
        public byte* Result;
        public long Count;

        public readonly void Run(int index, int worker)
        {
            var (i, end) = Range(index, Count);
            for (; i < end; i++)
                Result[i] = Source[i] != TSource.Zero ? (byte)1 : (byte)0;
        }
    }
}
