// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC'11): ten rounds of two 32 x 32 -> 64 bit products turn a counter of 128 bits and a key of 64 into 128 random bits. There is
// no state, so element i of a tensor has the same value on every device.
//
// The engine's layout:
//   key      the seed, low word first
//   counter  (block low, block high, stream, run)
//   word i of a tensor is word i mod 4 of block i / 4
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.RandomNumbers;

/// <summary>Four random words.</summary>
internal struct PhiloxBlock
{
    public uint W0;
    public uint W1;
    public uint W2;
    public uint W3;

    /// <summary>The first two words, the first one lower.</summary>
    public readonly ulong Lower => W0 | (ulong)W1 << 32;

    /// <summary>The other two.</summary>
    public readonly ulong Upper => W2 | (ulong)W3 << 32;
}

/// <summary>Random numbers by their place in a stream.</summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9; // the golden ratio
    private const uint KeyStep1 = 0xBB67AE85; // sqrt(3) - 1

    /// <summary>Words 4 <paramref name="block"/> to 4 <paramref name="block"/> + 3 of a stream.</summary>
    /// <param name="state">The seed, and the number of the run.</param>
    /// <param name="stream">Which use of the generator this is.</param>
    /// <param name="block">Which four words.</param>
    public static PhiloxBlock Block(ArrayView<long> state, int stream, long block)
    {
        var seed = unchecked((ulong)state[0]);
        var k0 = unchecked((uint)seed);
        var k1 = unchecked((uint)(seed >> 32));
        var c0 = unchecked((uint)block);
        var c1 = unchecked((uint)(block >> 32));
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

        PhiloxBlock words = default;
        words.W0 = c0;
        words.W1 = c1;
        words.W2 = c2;
        words.W3 = c3;
        return words;
    }

    /// <summary>The factors that dropout has for four neighbouring elements: element i comes from half-word i, lower halves first.</summary>
    /// <param name="state">The seed, and the number of the run.</param>
    /// <param name="stream">Which use of the generator this is.</param>
    /// <param name="element">The first element.</param>
    /// <param name="dropped">How many of 65536 elements are 0.</param>
    /// <param name="scale">What the others are; see <see cref="Scale"/>.</param>
    public static Float4 Masks(ArrayView<long> state, int stream, long element, int dropped, float scale)
    {
        var words = Block(state, stream, element / 8);
        var skip = (int)(element % 8);
        var (first, second) = (words.Lower, words.Upper);
        if (skip >= 4)
        {
            first = second;
            // The four straddle two blocks.
            if (skip > 4)
                second = Block(state, stream, element / 8 + 1).Lower;
        }

        var shift = 16 * (skip % 4);
        if (shift != 0)
            first = (first >> shift) | (second << (64 - shift));
        return Masks(first, dropped, scale);
    }

    /// <summary>The factors of four half-words, the lowest first.</summary>
    public static Float4 Masks(ulong halves, int dropped, float scale) => new(
        Mask(halves, dropped, scale), Mask(halves >> 16, dropped, scale), Mask(halves >> 32, dropped, scale), Mask(halves >> 48, dropped, scale));

    /// <summary>What the elements are that dropout keeps, so that the mean stays.</summary>
    public static float Scale(int dropped) => 65536f / (65536 - dropped);

    private static float Mask(ulong halves, int dropped, float scale) => (int)(halves & 0xFFFF) < dropped ? 0f : scale;
}
