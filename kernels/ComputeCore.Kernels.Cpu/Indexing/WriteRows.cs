// Rows of a cache replaced: y[b, positions[b] + t, :] = rows[b, t, :], all other rows of y those of the cache [batch, capacity, row].
// Where y is the cache's memory only the rows are touched, as when a token is appended to a cache of keys.
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Replaces neighbouring rows of each sequence.</summary>
internal static unsafe class WriteRows
{
    /// <summary>Writes <paramref name="count"/> rows of each sequence, those that lie within the capacity; output may be the cache.</summary>
    public static void Run(
        WorkerPool pool, byte* cache, byte* rows, int* positions, byte* output, int batch, int capacity, int count, long rowBytes)
    {
        if (output != cache)
        {
            var copies = new Chunks((long)batch * capacity, rowBytes / sizeof(float));
            pool.For(copies.Count, new CopyBody { Source = cache, Destination = output, RowBytes = rowBytes, Chunks = copies });
        }

        var chunks = new Chunks(batch, count * rowBytes / sizeof(float));
        pool.For(chunks.Count, new WriteBody
        {
            Rows = rows,
            Positions = positions,
            Output = output,
            Capacity = capacity,
            Count = count,
            RowBytes = rowBytes,
            Chunks = chunks,
        });
    }

    private struct CopyBody : IParallelBody
    {
        public byte* Source;
        public byte* Destination;
        public long RowBytes;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            var (begin, end) = (Chunks.Start(index) * RowBytes, Chunks.End(index) * RowBytes);
            Buffer.MemoryCopy(Source + begin, Destination + begin, end - begin, end - begin);
        }
    }

    private struct WriteBody : IParallelBody
    {
        public byte* Rows;
        public int* Positions;
        public byte* Output;
        public int Capacity;
        public int Count;
        public long RowBytes;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            for (var b = Chunks.Start(index); b < Chunks.End(index); b++)
            {
                var position = (long)Positions[b];
                var first = Math.Max(0, -position);
                var bytes = (Math.Min(Count, Capacity - position) - first) * RowBytes;
                if (bytes > 0)
                    Buffer.MemoryCopy(Rows + (b * Count + first) * RowBytes, Output + (b * Capacity + position + first) * RowBytes, bytes, bytes);
            }
        }
    }
}
