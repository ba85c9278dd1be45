using System.Numerics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>The index of the greatest integer along one dimension of a tensor viewed as [outer, length, inner]: plain loops.</summary>
internal static unsafe class IntegerArgMax
{
    private const long ElementsPerItem = 32768;

    /// <summary>Writes [outer, inner] indices into [0, length), the first of equals; length must not be 0.</summary>
    public static void Run<T>(WorkerPool pool, T* source, long* destination, long outer, int length, long inner)
        where T : unmanaged, IBinaryInteger<T>
    {
        var perItem = Math.Max(1, ElementsPerItem / length);
        var results = outer * inner;
        pool.For(checked((int)((results + perItem - 1) / perItem)), new Loop<T> { Source = source, Destination = destination, Results = results, Length = length, Inner = inner, ResultsPerItem = perItem });
    }

    private struct Loop<T> : IParallelBody
        where T : unmanaged, IBinaryInteger<T>
    {
        public T* Source;
        public long* Destination;
        public long Results;
        public int Length;
        public long Inner;
        public long ResultsPerItem;

        public readonly void Run(int index, int worker)
        {
            var end = Math.Min(Results, (index + 1) * ResultsPerItem);
            for (var result = index * ResultsPerItem; result < end; result++)
            {
                var (outer, column) = Math.DivRem(result, Inner);
                var line = Source + (outer * Length * Inner) + column;
                var greatest = 0L;
                for (var i = 1L; i < Length; i++)
                {
                    if (line[i * Inner] > line[greatest * Inner])
                        greatest = i;
                }

                Destination[result] = greatest;
            }
        }
    }
}
