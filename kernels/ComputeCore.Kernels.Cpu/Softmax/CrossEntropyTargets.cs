using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>The pass over the targets that comes before the loss or its gradient: are they in range, and what do they weigh together?</summary>
internal static unsafe class CrossEntropyTargets
{
    /// <summary>What one chunk of targets contributes.</summary>
    public struct Partial
    {
        /// <summary>The sum of the targets' class weights.</summary>
        public double Weight;

        /// <summary>The first position whose target is out of range, or -1.</summary>
        public long FirstInvalid;
    }

    /// <summary>Scratch bytes for <see cref="Check"/>.</summary>
    public static long WorkspaceBytes(long positions) => new Chunks(positions, 1).Count * (long)sizeof(Partial);

    /// <summary>Returns the first position whose target is neither a class nor ignored, or -1, and the total weight of the others.</summary>
    public static long Check(WorkerPool pool, in CrossEntropyProblem problem, byte* workspace, out double totalWeight)
    {
        var chunks = new Chunks(problem.Positions, 1);
        var partials = (Partial*)workspace;
        pool.For(chunks.Count, new Body { Problem = problem, Chunks = chunks, Partials = partials });
        totalWeight = 0;
        for (var i = 0; i < chunks.Count; i++)
        {
            if (partials[i].FirstInvalid >= 0)
                return partials[i].FirstInvalid;
            totalWeight += partials[i].Weight;
        }

        return -1;
    }

    private struct Body : IParallelBody
    {
        public CrossEntropyProblem Problem;
        public Chunks Chunks;
        public Partial* Partials;

        public readonly void Run(int index, int worker)
        {
            var weight = 0.0;
            var firstInvalid = -1L;
            for (var i = Chunks.Start(index); i < Chunks.End(index); i++)
            {
                var target = Problem.Targets[i];
                if (target == Problem.IgnoreIndex)
                    continue;
                if ((ulong)target >= (ulong)Problem.Classes)
                {
                    firstInvalid = i;
                    break;
                }

                weight += Problem.Weight(target);
            }

            Partials[index] = new Partial { Weight = weight, FirstInvalid = firstInvalid };
        }
    }
}
