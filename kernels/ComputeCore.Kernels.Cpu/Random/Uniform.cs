using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>Uniform random numbers: the upper 24 bits of each word times 2^-24, so every multiple of 2^-24 in [0, 1) is equally likely and exact.</summary>
internal static unsafe class Uniform
{
    /// <summary>The lower bits of a word, which are not used.</summary>
    public const int UnusedBits = 8;

    /// <summary>How many numbers there are, equally far apart.</summary>
    public const int Numbers = 1 << (32 - UnusedBits);

    /// <summary>Fills <paramref name="output"/> with scale u + offset, u in [0, 1).</summary>
    public static void Fill(WorkerPool pool, PhiloxStream stream, float scale, float offset, float* output, long count) =>
        RandomLoop.Run(pool, new Distribution { Scale = scale, Offset = offset }, stream, new(output, null), count);

    /// <summary>Words to numbers in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromWords(Vector512<uint> words) => Vector512.ConvertToSingle((words >> UnusedBits).AsInt32()) * (1f / Numbers);

    private struct Distribution : IDistribution
    {
        public float Scale;
        public float Offset;

        public static int ValuesOfWord => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector512<float> Map(Vector512<uint> words, int part) => FromWords(words) * Scale + Vector512.Create(Offset);
    }
}
