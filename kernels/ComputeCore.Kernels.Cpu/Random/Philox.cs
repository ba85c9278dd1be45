// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC'11): ten rounds of two 32 x 32 -> 64 bit products turn a counter of 128 bits and a key of 64 into 128 random bits.
// There is no state, so element i of a tensor has the same value whoever computes it.
//
// The engine's layout, the same on every device:
//   key      the seed, low word first
//   counter  (block low, block high, stream, step): the stream names the operation, the step the training step
//   word i of a tensor is word i mod 4 of block i / 4
//
// The vector version computes 48 blocks at once, 192 words. Each word has 64 bits to itself, of which the upper half holds anything:
// the product of two such lower halves is one instruction, and its halves are the next words without being taken apart. In the end
// the two vectors of a word are merged. The blocks stand in such an order (0, 4, 8, 12, 1, ...; one vector has the even places)
// that transposing each 128-bit lane then, 8 unpack instructions, leaves the words in memory order.
//
// A round waits for itself: a product (3 cycles on Zen 5), a shift and an exclusive or (2 each), ten times. Beside each other, six vectors
// of blocks hide that: 5.9 ns for 16 words with two of them, 4.2 with four, 3.5 with six, which leave just enough registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>The random words of one tensor: those of a seed, an operation and a step.</summary>
internal readonly record struct PhiloxStream(ulong Seed, uint Stream, uint Step);

/// <summary>Takes the words of a stream, in any order, sixteen at a time.</summary>
internal interface IPhiloxSink
{
    /// <summary>The words from place <paramref name="first"/> of those asked for on.</summary>
    void Take(Vector512<uint> words, int first);
}

/// <summary>Philox4x32-10.</summary>
internal static unsafe class Philox
{
    /// <summary>Words that <see cref="Words"/> computes at once.</summary>
    public const int WordsAtOnce = 3 * WordsOfPair;

    private const int WordsOfPair = 64;
    private const int BlocksOfPair = WordsOfPair / 4;
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9; // the golden ratio
    private const uint KeyStep1 = 0xBB67AE85; // sqrt(3) - 1

    /// <summary>The generator itself, and the reference of the vector version: one block for one counter and key.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block((uint C0, uint C1, uint C2, uint C3) counter, (uint K0, uint K1) key)
    {
        var (c0, c1, c2, c3) = counter;
        var (k0, k1) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += KeyStep0;
            k1 += KeyStep1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>Block <paramref name="block"/> of a stream: its words 4 block to 4 block + 3.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(PhiloxStream stream, ulong block) =>
        Block(((uint)block, (uint)(block >> 32), stream.Stream, stream.Step), ((uint)stream.Seed, (uint)(stream.Seed >> 32)));

    /// <summary>Hands over words <paramref name="group"/> · <see cref="WordsAtOnce"/> and on of a stream.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Words<TSink>(PhiloxStream stream, long group, TSink sink)
        where TSink : struct, IPhiloxSink
    {
        var firstBlock = (ulong)(group * WordsAtOnce) / 4;
        var (a, b) = (Even(stream, firstBlock), Odd(stream, firstBlock));
        var (c, d) = (Even(stream, firstBlock + BlocksOfPair), Odd(stream, firstBlock + BlocksOfPair));
        var (e, f) = (Even(stream, firstBlock + 2 * BlocksOfPair), Odd(stream, firstBlock + 2 * BlocksOfPair));
        var (k0, k1) = ((uint)stream.Seed, (uint)(stream.Seed >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var (key0, key1) = (Vector512.Create((ulong)k0), Vector512.Create((ulong)k1));
            a = Round(a, key0, key1);
            b = Round(b, key0, key1);
            c = Round(c, key0, key1);
            d = Round(d, key0, key1);
            e = Round(e, key0, key1);
            f = Round(f, key0, key1);
            k0 += KeyStep0;
            k1 += KeyStep1;
        }

        HandOver(a, b, sink, 0);
        HandOver(c, d, sink, WordsOfPair);
        HandOver(e, f, sink, 2 * WordsOfPair);
    }

    /// <summary>The counters of the blocks at the even places of the sixteen from <paramref name="block"/> on; of these no low word carries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EightBlocks Even(PhiloxStream stream, ulong block) => Counters(stream, block, Vector512.Create(0ul, 8, 1, 9, 2, 10, 3, 11));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EightBlocks Odd(PhiloxStream stream, ulong block) => Counters(stream, block, Vector512.Create(4ul, 12, 5, 13, 6, 14, 7, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EightBlocks Counters(PhiloxStream stream, ulong block, Vector512<ulong> places) => new(
        Vector512.Create(block) + places,
        Vector512.Create(block >> 32),
        Vector512.Create((ulong)stream.Stream),
        Vector512.Create((ulong)stream.Step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EightBlocks Round(EightBlocks blocks, Vector512<ulong> key0, Vector512<ulong> key1)
    {
        var product0 = WideProduct(blocks.W0, Multiplier0);
        var product1 = WideProduct(blocks.W2, Multiplier1);
        return new((product1 >> 32) ^ blocks.W1 ^ key0, product1, (product0 >> 32) ^ blocks.W3 ^ key1, product0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HandOver<TSink>(EightBlocks even, EightBlocks odd, TSink sink, int first)
        where TSink : struct, IPhiloxSink
    {
        TransposeLanes(
            Merge(even.W0, odd.W0), Merge(even.W1, odd.W1), Merge(even.W2, odd.W2), Merge(even.W3, odd.W3), out var w0, out var w1, out var w2, out var w3);
        sink.Take(w0, first);
        sink.Take(w1, first + 16);
        sink.Take(w2, first + 32);
        sink.Take(w3, first + 48);
    }

    /// <summary>The lower halves, those of <paramref name="even"/> at even places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Merge(Vector512<ulong> even, Vector512<ulong> odd) =>
        Vector512.ConditionalSelect(Vector512.Create((ulong)uint.MaxValue), even, odd << 32).AsUInt32();

    /// <summary>The products of the lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> WideProduct(Vector512<ulong> a, uint multiplier)
    {
        // One instruction where it exists; a general 64-bit multiplication is three.
        if (Avx512F.IsSupported)
            return Avx512F.Multiply(a.AsUInt32(), Vector512.Create((ulong)multiplier).AsUInt32());
        if (Avx2.IsSupported)
        {
            var factor = Vector256.Create((ulong)multiplier).AsUInt32();
            return Vector512.Create(Avx2.Multiply(a.GetLower().AsUInt32(), factor), Avx2.Multiply(a.GetUpper().AsUInt32(), factor));
        }

        return (a & Vector512.Create((ulong)uint.MaxValue)) * multiplier;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeLanes(
        Vector512<uint> c0,
        Vector512<uint> c1,
        Vector512<uint> c2,
        Vector512<uint> c3,
        out Vector512<uint> w0,
        out Vector512<uint> w1,
        out Vector512<uint> w2,
        out Vector512<uint> w3)
    {
        if (Avx512F.IsSupported)
        {
            var low01 = Avx512F.UnpackLow(c0, c1).AsUInt64();
            var low23 = Avx512F.UnpackLow(c2, c3).AsUInt64();
            var high01 = Avx512F.UnpackHigh(c0, c1).AsUInt64();
            var high23 = Avx512F.UnpackHigh(c2, c3).AsUInt64();
            w0 = Avx512F.UnpackLow(low01, low23).AsUInt32();
            w1 = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            w2 = Avx512F.UnpackLow(high01, high23).AsUInt32();
            w3 = Avx512F.UnpackHigh(high01, high23).AsUInt32();
            return;
        }

        if (Avx2.IsSupported)
        {
            var (l0, l1, l2, l3) = TransposeLanes(c0.GetLower(), c1.GetLower(), c2.GetLower(), c3.GetLower());
            var (u0, u1, u2, u3) = TransposeLanes(c0.GetUpper(), c1.GetUpper(), c2.GetUpper(), c3.GetUpper());
            w0 = Vector512.Create(l0, u0);
            w1 = Vector512.Create(l1, u1);
            w2 = Vector512.Create(l2, u2);
            w3 = Vector512.Create(l3, u3);
            return;
        }

        var lanes = stackalloc uint[WordsOfPair];
        for (var lane = 0; lane < 16; lane++)
        {
            var block = lanes + 4 * (lane / 4 + lane % 4 * 4);
            block[0] = c0[lane];
            block[1] = c1[lane];
            block[2] = c2[lane];
            block[3] = c3[lane];
        }

        w0 = Vector512.Load(lanes);
        w1 = Vector512.Load(lanes + 16);
        w2 = Vector512.Load(lanes + 32);
        w3 = Vector512.Load(lanes + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> W0, Vector256<uint> W1, Vector256<uint> W2, Vector256<uint> W3) TransposeLanes(
        Vector256<uint> c0, Vector256<uint> c1, Vector256<uint> c2, Vector256<uint> c3)
    {
        var low01 = Avx2.UnpackLow(c0, c1).AsUInt64();
        var low23 = Avx2.UnpackLow(c2, c3).AsUInt64();
        var high01 = Avx2.UnpackHigh(c0, c1).AsUInt64();
        var high23 = Avx2.UnpackHigh(c2, c3).AsUInt64();
        return (
            Avx2.UnpackLow(low01, low23).AsUInt32(),
            Avx2.UnpackHigh(low01, low23).AsUInt32(),
            Avx2.UnpackLow(high01, high23).AsUInt32(),
            Avx2.UnpackHigh(high01, high23).AsUInt32());
    }

    /// <summary>Eight blocks: word w of each in the lower half of a place of Ww.</summary>
    private readonly struct EightBlocks(Vector512<ulong> w0, Vector512<ulong> w1, Vector512<ulong> w2, Vector512<ulong> w3)
    {
        public readonly Vector512<ulong> W0 = w0;
        public readonly Vector512<ulong> W1 = w1;
        public readonly Vector512<ulong> W2 = w2;
        public readonly Vector512<ulong> W3 = w3;
    }
}
