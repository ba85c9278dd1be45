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
        RandomLoop.Run(pool, new Distribution(rate), stream, output, count);

    /// <summary>Writes one group of <see cref="Philox.WordsAtOnce"/> elements of the mask.</summary>
    public static void Group(PhiloxStream stream, float rate, long group, float* output) => RandomLoop.Group(new Distribution(rate), stream, group, output);

    private readonly struct Distribution(float rate) : IDistribution
    {
        // The least uniform number that is not below the rate, in units of the uniform numbers' distance.
        private readonly uint firstKept = (uint)Math.Ceiling(rate * (double)Uniform.Numbers);
        private readonly float scale = 1 / (1 - rate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Map(Vector512<uint> words)
        {
            var keep = Vector512.GreaterThanOrEqual(words >> Uniform.UnusedBits, Vector512.Create(firstKept));
            return keep.AsSingle() & Vector512.Create(scale);
        }
    }
}
