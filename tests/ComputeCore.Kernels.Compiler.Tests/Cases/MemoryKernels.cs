using ILGPU;

namespace ComputeCore.Kernels.Compiler.Tests.Cases;

internal struct Packed
{
    public byte Flag;
    public double Wide;
    public Twin Inner;
    public bool On;
    public Four Tile;
    public short Tail;
}

internal struct Settings
{
    public byte First;
    public short Second;
    public Four Scale;
    public bool On;
    public long Offset;
}

internal struct Bounds
{
    public int Low;
    public int High;
}


/// <summary>What a kernel does with memory and with the other work-items of its group.</summary>
internal static partial class MemoryKernels
{
    [Kernel]
    public static void Bytes(ArrayView<byte> output, ArrayView<sbyte> x, ArrayView<bool> keep)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = keep[i] ? (byte)(x[i] * 2) : (byte)(255 - i);
        keep[i] = !keep[i];
        output[i]++;
    }

    [Kernel]
    public static void Shorts(ArrayView<short> output, ArrayView<ushort> x, ArrayView<char> c)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = (short)(x[i] - c[i]);
        output[i] += 3;
    }

    [Kernel]
    public static void Longs(ArrayView<long> output, ArrayView<ulong> x, ArrayView<double> d)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = (long)(x[i] >> 3) - (long)d[i];
        d[i] *= 0.5;
    }

    [Kernel]
    public static void Halves(ArrayView<ILGPU.Half> output, ArrayView<ILGPU.Half> x, float factor)
    {
        var i = Grid.GlobalIndex.X;
        output[i] = (ILGPU.Half)((float)x[i] * factor);
    }

    [Kernel]
    public static void Structs(ArrayView<Packed> items)
    {
        var i = Grid.GlobalIndex.X;
        var item = items[i];
        item.Flag++;
        item.Inner.Add(2);
        items[i] = item;
        items[i].Wide += item.Flag;
        items[i].On = !item.On;
        items[i].Tile.Y = item.Tile.X * 2;
        items[i].Tail -= 5;
    }

    [Kernel]
    public static void Scalars(ArrayView<float> output, bool on, byte a, sbyte b, short c, ushort d, Settings settings, double e)
    {
        output[0] = on ? 1 : 0;
        output[1] = a;
        output[2] = b;
        output[3] = c;
        output[4] = d;
        output[5] = settings.First + settings.Second + (settings.On ? 0.5f : 0);
        output[6] = settings.Scale.X + 10 * settings.Scale.W;
        output[7] = settings.Offset;
        output[8] = (float)e;
    }

    [Kernel]
    public static void Vectors(ArrayView<float> output, ArrayView<float> x, int quads)
    {
        var i = Grid.GlobalIndex.X;
        if (i >= quads)
            return;
        var from = x.Cast<Four>();
        var to = output.Cast<Four>();
        var v = from[i];
        v.X += 1;
        to[i] = v * 2f;
        to[i].W = from[i].Y;
        output[4 * i + 1] += 100;
    }

    [Kernel]
    public static void SubViews(ArrayView<int> output, ArrayView<int> x, int start, int count)
    {
        var part = x.SubView(start, count);
        var rest = part.SubView(2L);
        output[0] = part.IntLength;
        output[1] = (int)rest.Length;
        output[2] = Sum(part);
        output[3] = Sum(rest);
        output[4] = Sum(x);
        output[5] = rest[0];
    }

    [Kernel]
    public static void LongIndices(ArrayView<int> output, ArrayView<int> x)
    {
        long i = Grid.GlobalIndex.X;
        if (i < x.Length)
            output[i] = x[x.Length - 1 - i];
    }

    [Kernel]
    public static void Places(ArrayView<int> output)
    {
        var index = Grid.GlobalIndex;
        var width = Grid.DimX * Group.DimX;
        var height = Grid.DimY * Group.DimY;
        var at = (index.Z * height + index.Y) * width + index.X;
        output[at] = Grid.IdxX + 10 * Group.IdxX + 100 * Grid.IdxY + 1000 * Group.IdxY + 10000 * Group.IdxZ + 100000 * Group.DimZ + 1000000 * Grid.IdxZ;
    }

    [Kernel]
    public static void LinearPlaces(ArrayView<int> output) => output[Grid.GlobalLinearIndex] = Grid.LinearIndex * 1000 + Group.LinearIndex;

    [Kernel]
    public static void GroupSums(ArrayView<int> output, ArrayView<int> x)
    {
        var shared = SharedMemory.Allocate<int>(64);
        var item = Group.IdxX;
        shared[item] = x[Grid.GlobalIndex.X];
        Group.Barrier();
        for (var half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (item < half)
                shared[item] += shared[item + half];
            Group.Barrier();
        }

        if (item == 0)
            output[Grid.IdxX] = shared[0];
    }

    [Kernel]
    public static void SharedStructs(ArrayView<float> output, ArrayView<float> x)
    {
        var quads = SharedMemory.Allocate<Four>(16);
        var pairs = SharedMemory.Allocate<Bounds>(16);
        var item = Group.IdxX;
        var floats = quads.Cast<float>();
        floats[4 * item] = x[item];
        floats[4 * item + 1] = item;
        quads[item].Z = 2 * item;
        quads[item].W = -1;
        pairs[item].Low = item;
        pairs[item].High = 10 * item;
        Group.Barrier();
        var other = quads[15 - item];
        output[item] = other.X + other.Y + other.Z + other.W + pairs[15 - item].High + pairs[item].Low;
    }

    [Kernel]
    public static void LocalArrays(ArrayView<int> output, ArrayView<int> x)
    {
        var local = LocalMemory.Allocate<int>(8);
        var i = Grid.GlobalIndex.X;
        for (var k = 0; k < 8; k++)
            local[k] = x[i] * k;
        Reverse(local);
        Helpers.Advance(ref local[2]);
        output[i] = local[0] + 10 * local[2] + 100 * local[7] + Sum(local);
    }

    [Kernel]
    public static void ElementReferences(ArrayView<int> output, ArrayView<Twin> pairs)
    {
        var i = Grid.GlobalIndex.X;
        Helpers.Advance(ref output[i]);
        ref var pair = ref pairs[i];
        pair.A += 7;
        pair.Add(1);
        Helpers.Split(pair.B, out pair.A, out output[i]);
    }

    [Kernel]
    public static void Atomics(ArrayView<int> counters, ArrayView<uint> unsigned, ArrayView<int> x)
    {
        var shared = SharedMemory.Allocate<int>(1);
        if (Group.IdxX == 0)
            shared[0] = 0;
        Group.Barrier();
        var value = x[Grid.GlobalIndex.X];
        Atomic.Add(ref counters[0], value);
        Atomic.Max(ref counters[1], value);
        Atomic.Min(ref counters[2], value);
        Atomic.Or(ref counters[3], 1 << (value & 31));
        Atomic.And(ref counters[4], ~(1 << (value & 7)));
        Atomic.Xor(ref counters[5], value);
        Atomic.Max(ref unsigned[0], (uint)value);
        Atomic.Add(ref shared[0], 1);
        Group.Barrier();
        if (Group.IdxX == 0)
            Atomic.Add(ref counters[6], shared[0]);
        Atomic.CompareExchange(ref counters[7], 5, 6);
        Atomic.Exchange(ref counters[8], 9);
    }

    [Kernel]
    public static void WideAtomics(ArrayView<long> counters, ArrayView<ulong> unsigned, ArrayView<long> x)
    {
        var value = x[Grid.GlobalIndex.X];
        Atomic.Add(ref counters[0], value);
        Atomic.Max(ref counters[1], value);
        Atomic.Min(ref counters[2], value);
        Atomic.Or(ref counters[3], 1L << (int)(value & 63));
        Atomic.And(ref counters[4], ~(1L << (int)(value & 31)));
        Atomic.Xor(ref counters[5], value);
        Atomic.Max(ref unsigned[0], (ulong)value);
        Atomic.CompareExchange(ref counters[6], 5L << 40, 6L << 40);
        Atomic.Exchange(ref counters[7], 9L << 40);
    }

    [Kernel]
    public static void Shuffles(ArrayView<int> output)
    {
        var lane = Warp.LaneIdx;
        var value = lane * 3;
        var i = Grid.GlobalIndex.X;
        output[4 * i] = Warp.Shuffle(value, 0);
        output[4 * i + 1] = Warp.ShuffleXor(value, 1);
        output[4 * i + 2] = lane + 1 < Warp.WarpSize ? Warp.ShuffleDown(value, 1) : -1;
        output[4 * i + 3] = Warp.WarpSize;
        Warp.Barrier();
    }

    [Kernel]
    public static void Uniform(ArrayView<int> output, ArrayView<int> x, int count)
    {
        // A barrier in a loop that all work-items run alike.
        var shared = SharedMemory.Allocate<int>(16);
        var sum = 0;
        for (var first = 0; first < count; first += Group.DimX)
        {
            shared[Group.IdxX] = first + Group.IdxX < count ? x[first + Group.IdxX] : 0;
            Group.Barrier();
            for (var k = 0; k < Group.DimX; k++)
                sum += shared[k] * (Group.IdxX + 1);
            Group.Barrier();
        }

        MemoryFence.GroupLevel();
        output[Group.IdxX] = sum;
    }

    [Kernel]
    public static void Indices(ArrayView<int> output)
    {
        var index = new Index2D(Group.IdxX, Group.IdxY);
        Index1D linear = index.Y * Group.DimX + index.X;
        output[linear] = index.X * 10 + index.Y;
    }

    private static int Sum(ArrayView<int> view)
    {
        var sum = 0;
        for (var i = 0; i < view.Length; i++)
            sum += view[i];
        return sum;
    }

    private static void Reverse(ArrayView<int> view)
    {
        for (var i = 0; i < view.IntLength / 2; i++)
            (view[i], view[view.IntLength - 1 - i]) = (view[view.IntLength - 1 - i], view[i]);
    }
}
