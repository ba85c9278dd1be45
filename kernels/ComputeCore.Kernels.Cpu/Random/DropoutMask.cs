using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>
/// Dropout masks (Srivastava et al., "Dropout", 2014), scaled so that the mean stays: an element is 0 where the uniform
/// number of its word is below the rate, and 1 / (1 - rate) elsewhere.
/// </summary>
internal static unsafe class DropoutMask
{
    /// <summary>Writes the mask for a rate in [0, 1].</summary>
    public static void Fill(WorkerPool pool, PhiloxStream stream, float rate, float* output, long count) =>
        RandomLoop.Run(pool, new Distribution { FirstKept = (uint)Math.Ceiling(rate * (double)Uniform.Numbers), Scale = 1 / (1 - rate) }, stream, output, count);

    private struct Distribution : IDistribution
    {
        // The least uniform number that is not below the rate, in units of the uniform numbers' distance.
        public uint FirstKept;
        public float Scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector512<float> Map(Vector512<uint> words)
        {
            var keep = Vector512.GreaterThanOrEqual(words >> Uniform.UnusedBits, Vector512.Create(FirstKept));
            return keep.AsSingle() & Vector512.Create(Scale);
        }
    }
}
