using System.Runtime.InteropServices;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Benchmarks;

/// <summary>Native memory full of random numbers.</summary>
internal sealed unsafe class Floats : IDisposable
{
    private const int Chunk = 64 * 1024;

    private readonly long count;

    public Floats(long count)
    {
        this.count = count;
        Data = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        var random = new Random(1);
        for (var i = 0L; i < count; i++)
            Data[i] = (float)random.NextDouble() - 0.5f;
    }

    public float* Data { get; }

    public void Fill(WorkerPool pool) => pool.For((int)((count + Chunk - 1) / Chunk), new FillBody { Data = Data, Count = count });

    public void Dispose() => NativeMemory.AlignedFree(Data);

    private struct FillBody : IParallelBody
    {
        public float* Data;
        public long Count;

        public readonly void Run(int index, int worker) =>
            new Span<float>(Data + (long)index * Chunk, (int)Math.Min(Chunk, Count - (long)index * Chunk)).Fill(0.5f);
    }
}
