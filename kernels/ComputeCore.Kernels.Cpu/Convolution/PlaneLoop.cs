using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>Runs a kernel over planes in parallel, as many planes per iteration as make waking a worker worth it.</summary>
internal static class PlaneLoop
{
    private const int ElementsPerIteration = 16 * 1024;

    // Where planes are many, so that nearly each follows the one before it in memory: its worker may fetch it then.
    private const int IterationsPerWorker = 32;

    /// <summary>Calls body.Run(plane, worker) for every plane; <paramref name="planeWork"/> is the elements a plane touches.</summary>
    public static void Run<TBody>(WorkerPool pool, int planes, int planeWork, TBody body)
        where TBody : unmanaged, IParallelBody
    {
        var planesPerIteration = Math.Max(1, Math.Max(ElementsPerIteration / Math.Max(1, planeWork), planes / (IterationsPerWorker * pool.Count)));
        pool.For(
            (planes + planesPerIteration - 1) / planesPerIteration,
            new Chunk<TBody> { Body = body, Planes = planes, PlanesPerIteration = planesPerIteration });
    }

    private struct Chunk<TBody> : IParallelBody
        where TBody : unmanaged, IParallelBody
    {
        public TBody Body;
        public int Planes;
        public int PlanesPerIteration;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public void Run(int index, int worker)
        {
            var end = Math.Min(Planes, (index + 1) * PlanesPerIteration);
            for (var plane = index * PlanesPerIteration; plane < end; plane++)
                Body.Run(plane, worker);
        }
    }
}
