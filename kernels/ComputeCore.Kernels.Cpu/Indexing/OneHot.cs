using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Class indices as rows of zeros with a single one.</summary>
internal static unsafe class OneHot
{
    /// <summary>
    /// destination [count, classes]: y[i, c] = 1 where c = index[i], else 0. Returns -1, or the first position in the index
    /// array that is out of range; such rows are all zeros.
    /// </summary>
    public static long Run(WorkerPool pool, long* index, float* destination, int count, int classes)
    {
        var invalid = FirstInvalidIndex.None;
        var chunks = new Chunks(count, classes);
        pool.For(chunks.Count, new Body
        {
            Index = index,
            Destination = destination,
            Classes = classes,
            Invalid = new FirstInvalidIndex(&invalid),
            Chunks = chunks,
        });
        return FirstInvalidIndex.Result(invalid);
    }

    private struct Body : IParallelBody
    {
        public long* Index;
        public float* Destination;
        public int Classes;
        public FirstInvalidIndex Invalid;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
            {
                var y = Destination + row * Classes;
                new Span<float>(y, Classes).Clear();
                if ((ulong)Index[row] < (ulong)Classes)
                    y[Index[row]] = 1;
                else
                    Invalid.Report(row);
            }
        }
    }
}
