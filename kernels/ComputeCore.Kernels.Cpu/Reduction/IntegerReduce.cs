using System.Numerics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>Sums, maxima and minima of contiguous integer tensors over any set of dimensions: plain loops, one result after the other.</summary>
internal static unsafe class IntegerReduce
{
    private const long ElementsPerItem = 32768;

    /// <summary>Sum, modulo two to the power of the type's bits.</summary>
    public static void Sum<T>(WorkerPool pool, T* source, T* destination, in ReductionShape shape)
        where T : unmanaged, IBinaryInteger<T> => Run<T, Addition<T>>(pool, source, destination, shape);

    /// <summary>Greatest element; there must be one.</summary>
    public static void Max<T>(WorkerPool pool, T* source, T* destination, in ReductionShape shape)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Run<T, Maximum<T>>(pool, source, destination, shape);

    /// <summary>Least element; there must be one.</summary>
    public static void Min<T>(WorkerPool pool, T* source, T* destination, in ReductionShape shape)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Run<T, Minimum<T>>(pool, source, destination, shape);

    private static void Run<T, TFold>(WorkerPool pool, T* source, T* destination, in ReductionShape shape)
        where T : unmanaged, IBinaryInteger<T>
        where TFold : struct, IFold<T>
    {
        var perItem = Math.Max(1, ElementsPerItem / Math.Max(1, shape.ElementsPerResult));
        pool.For(checked((int)((shape.Results + perItem - 1) / perItem)), new Loop<T, TFold> { Source = source, Destination = destination, Shape = shape, ResultsPerItem = perItem });
    }

    private interface IFold<T>
    {
        static abstract T Identity { get; }

        static abstract T Combine(T a, T b);
    }

    private struct Addition<T> : IFold<T>
        where T : IBinaryInteger<T>
    {
        public static T Identity => T.Zero;

        public static T Combine(T a, T b) => unchecked(a + b);
    }

    private struct Maximum<T> : IFold<T>
        where T : IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Identity => T.MinValue;

        public static T Combine(T a, T b) => T.Max(a, b);
    }

    private struct Minimum<T> : IFold<T>
        where T : IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Identity => T.MaxValue;

        public static T Combine(T a, T b) => T.Min(a, b);
    }

    private struct Loop<T, TFold> : IParallelBody
        where T : unmanaged, IBinaryInteger<T>
        where TFold : struct, IFold<T>
    {
        public T* Source;
        public T* Destination;
        public ReductionShape Shape;
        public long ResultsPerItem;

        public readonly void Run(int index, int worker)
        {
            var end = Math.Min(Shape.Results, (index + 1) * ResultsPerItem);
            for (var result = index * ResultsPerItem; result < end; result++)
            {
                var (group, column) = Math.DivRem(result, Shape.ResultsPerGroup);
                var source = Source + Shape.GroupOffset(group) + column;
                var run = Shape.RunIsReduced ? Shape.RunLength : 1;
                var value = TFold.Identity;
                for (var row = 0L; row < Shape.Rows; row++)
                {
                    var elements = source + Shape.RowOffset(row);
                    for (var i = 0L; i < run; i++)
                        value = TFold.Combine(value, elements[i]);
                }

                Destination[result] = value;
            }
        }
    }
}
