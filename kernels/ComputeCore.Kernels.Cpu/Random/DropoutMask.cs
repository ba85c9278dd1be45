using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>Dropout masks (Srivastava et al., "Dropout", 2014): the factors of a <see cref="DropoutRate"/>.</summary>
internal static unsafe class DropoutMask
{
    /// <summary>Elements of one <see cref="Group"/>.</summary>
    public const int GroupSize = 2 * Philox.WordsAtOnce;

    /// <summary>output = input times the mask, which reaches no memory; output may be input.</summary>
    public static void Multiply(WorkerPool pool, PhiloxStream stream, DropoutRate rate, float* input, float* output, long count) =>
        RandomLoop.Run(pool, new Distribution(rate), stream, new(output, input), count);

    /// <summary>Writes elements <paramref name="group"/> · <see cref="GroupSize"/> and on of the mask, as many as a group has.</summary>
    public static void Group(PhiloxStream stream, DropoutRate rate, long group, float* output) => RandomLoop.Group(new Distribution(rate), stream, group, output);

    private readonly struct Distribution(DropoutRate rate) : IDistribution
    {
        private readonly int dropped = rate.Dropped;
        private readonly float scale = rate.Scale;

        public static int ValuesOfWord => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Map(Vector512<uint> words, int part)
        {
            var halves = part == 0 ? Vector512.WidenLower(words.AsUInt16()) : Vector512.WidenUpper(words.AsUInt16());
            return Vector512.GreaterThanOrEqual(halves.AsInt32(), Vector512.Create(dropped)).AsSingle() & Vector512.Create(scale);
        }
    }
}
