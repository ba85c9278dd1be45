// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC'11): ten rounds of two 32 x 32 -> 64 bit products turn a counter of 128 bits and a key of 64 into 128 random bits. There is
// no state, so element i of a tensor has the same value on every device.
//
// The engine's layout:
//   key      the seed, low word first
//   counter  (block low, block high, stream, run)
//   word i of a tensor is word i mod 4 of block i / 4
//
// A work-item makes one block: four elements.
using ILGPU;

namespace ComputeCore.Kernels.RandomNumbers;

/// <summary>Random numbers.</summary>
internal static partial class PhiloxKernels
{
    /// <summary>Elements that a work-item makes.</summary>
    public const int ElementsOfItem = 4;

    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9; // the golden ratio
    private const uint KeyStep1 = 0xBB67AE85; // sqrt(3) - 1
    private const float TwoToMinus24 = 1f / (1 << 24);

    /// <summary>
    /// A dropout mask (Srivastava et al., "Dropout", 2014): 0 where the upper 24 bits of an element's word, as a number from 0 to
    /// 1, are below the rate, and the scale elsewhere.
    /// </summary>
    /// <param name="state">The seed, and the number of the run.</param>
    /// <param name="y">The mask.</param>
    /// <param name="stream">Which use of the generator this is.</param>
    /// <param name="rate">The probability of 0.</param>
    /// <param name="scale">1 / (1 - rate).</param>
    /// <param name="count">The mask's elements.</param>
    [Kernel]
    public static void DropoutMask(ArrayView<long> state, ArrayView<float> y, int stream, float rate, float scale, int count)
    {
        var block = FlatIndex.Get();
        var first = block * ElementsOfItem;
        if (block >= (count + ElementsOfItem - 1) / ElementsOfItem)
            return;

        var seed = unchecked((ulong)state[0]);
        var k0 = unchecked((uint)seed);
        var k1 = unchecked((uint)(seed >> 32));
        var c0 = (uint)block;
        var c1 = 0u;
        var c2 = unchecked((uint)stream);
        var c3 = unchecked((uint)state[1]);
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            c0 = unchecked((uint)(product1 >> 32)) ^ c1 ^ k0;
            c1 = unchecked((uint)product1);
            c2 = unchecked((uint)(product0 >> 32)) ^ c3 ^ k1;
            c3 = unchecked((uint)product0);
            k0 = unchecked(k0 + KeyStep0);
            k1 = unchecked(k1 + KeyStep1);
        }

        y[first] = Mask(c0, rate, scale);
        if (first + 1 < count)
            y[first + 1] = Mask(c1, rate, scale);
        if (first + 2 < count)
            y[first + 2] = Mask(c2, rate, scale);
        if (first + 3 < count)
            y[first + 3] = Mask(c3, rate, scale);
    }

    private static float Mask(uint word, float rate, float scale) => (int)(word >> 8) * TwoToMinus24 < rate ? 0f : scale;
}
