using ComputeCore.Accelerators;
using ComputeCore.Kernels.Compiler.Tests.Cases;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>Buffers of every type, shared and private arrays, barriers, atomics and shuffles on lavapipe.</summary>
public sealed class MemoryTests
{
    private static AcceleratorDevice Device => LavapipeDevice.Shared;

    [Test]
    public void BytesAndBooleansAreStoredInBytes()
    {
        sbyte[] x = [0, 1, -1, 100, -128, 127, 5, 6];
        bool[] keep = [true, false, true, true, true, true, false, false];
        using var output = Buffer(new byte[8]);
        using var input = Buffer(x);
        using var flags = Buffer(keep);
        Device.Launch(MemoryKernels.Dispatch.Bytes(1, 8, output.View, input.View, flags.View));
        Assert.That(output.ToArray(), Is.EqualTo(x.Select((value, i) => (byte)((keep[i] ? (byte)(value * 2) : (byte)(255 - i)) + 1))));
        Assert.That(flags.ToArray(), Is.EqualTo(keep.Select(flag => !flag)));
    }

    [Test]
    public void ShortsAndCharactersAreStoredInTwoBytes()
    {
        ushort[] x = [0, 1, 65535, 32768];
        char[] c = ['a', 'z', '\uffff', '\0'];
        using var output = Buffer(new short[4]);
        using var input = Buffer(x);
        using var characters = Buffer(c);
        Device.Launch(MemoryKernels.Dispatch.Shorts(1, 4, output.View, input.View, characters.View));
        Assert.That(output.ToArray(), Is.EqualTo(x.Select((value, i) => (short)((short)(value - c[i]) + 3))));
    }

    [Test]
    public void LongsAndDoublesAreStoredInEightBytes()
    {
        ulong[] x = [0, ulong.MaxValue, 1UL << 40];
        double[] d = [1e10, -3.5, 7];
        using var output = Buffer(new long[3]);
        using var input = Buffer(x);
        using var doubles = Buffer(d);
        Device.Launch(MemoryKernels.Dispatch.Longs(1, 3, output.View, input.View, doubles.View));
        Assert.That(output.ToArray(), Is.EqualTo(x.Select((value, i) => (long)(value >> 3) - (long)d[i])));
        Assert.That(doubles.ToArray(), Is.EqualTo(d.Select(value => value * 0.5)));
    }

    [Test]
    public void HalvesAreRoundedToTheNearest()
    {
        var x = Enumerable.Range(0, 256).Select(i => (Half)(i * 0.37f - 20)).ToArray();
        using var output = Buffer(new ushort[x.Length]);
        using var input = Buffer(x.Select(BitConverter.HalfToUInt16Bits).ToArray());
        Device.Launch(new KernelDispatch(
            MemoryKernels.Methods.Halves, 1, 256, [KernelArgument.View(output.View), KernelArgument.View(input.View), KernelArgument.Value(1.1f)]));
        Assert.That(output.ToArray(), Is.EqualTo(x.Select(value => BitConverter.HalfToUInt16Bits((Half)((float)value * 1.1f)))));
    }

    [Test]
    public void StructsLieInMemoryAsInCSharp()
    {
        var items = Enumerable.Range(0, 5).Select(i => new Packed
        {
            Flag = (byte)(250 + i),
            Wide = i * 0.25,
            Inner = new Twin { A = i, B = -i },
            On = i % 2 == 0,
            Tile = new Four(i) { Z = 3 },
            Tail = (short)(i - 2),
        }).ToArray();
        using var buffer = Buffer(items);
        Device.Launch(MemoryKernels.Dispatch.Structs(1, 5, buffer.View));
        var expected = items.Select(item =>
        {
            item.Flag++;
            item.Inner.Add(2);
            item.Wide += item.Flag;
            item.On = !item.On;
            item.Tile.Y = item.Tile.X * 2;
            item.Tail -= 5;
            return item;
        });
        Assert.That(buffer.ToArray().Select(Text), Is.EqualTo(expected.Select(Text)));

        static string Text(Packed item) => FormattableString.Invariant(
            $"{item.Flag} {item.Wide} {item.Inner.A} {item.Inner.B} {item.On} {item.Tile.X} {item.Tile.Y} {item.Tile.Z} {item.Tile.W} {item.Tail}");
    }

    [Test]
    public void ScalarsOfEverySizeArrive()
    {
        using var output = Buffer(new float[9]);
        var settings = new Settings { First = 3, Second = -7, Scale = new Four(2) { W = 5 }, On = true, Offset = -(1L << 33) };
        Device.Launch(MemoryKernels.Dispatch.Scalars(1, 1, output.View, true, 200, -100, -30000, 60000, settings, 0.125));
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 1, 200, -100, -30000, 60000, -3.5f, 52, -(1L << 33), 0.125f }));
    }

    [Test]
    public void ABufferIsReadAndWrittenInVectors()
    {
        var x = Enumerable.Range(0, 16).Select(i => (float)i).ToArray();
        using var output = Buffer(new float[16]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.Vectors(1, 8, output.View, input.View, 4));
        Assert.That(output.ToArray(), Is.EqualTo(Enumerable.Range(0, 4).SelectMany(i =>
            new[] { 2 * (x[4 * i] + 1), 2 * x[4 * i + 1] + 100, 2 * x[4 * i + 2], x[4 * i + 1] })));
    }

    [Test]
    public void ViewsOfViewsKnowTheirBounds()
    {
        var x = Enumerable.Range(1, 20).ToArray();
        using var output = Buffer(new int[6]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.SubViews(1, 1, output.View, input.View, 3, 10));
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 10, 8, x[3..13].Sum(), x[5..13].Sum(), x.Sum(), x[5] }));
    }

    [Test]
    public void IndicesMayBeLong()
    {
        var x = Enumerable.Range(1, 20).ToArray();
        using var output = Buffer(new int[20]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.LongIndices(1, 32, output.View, input.View));
        Assert.That(output.ToArray(), Is.EqualTo(x.Reverse()));
    }

    [Test]
    public void WorkItemsKnowTheirPlace()
    {
        using var output = Buffer(new int[6 * 4 * 4]);
        Device.Launch(MemoryKernels.Dispatch.Places(new(3, 2, 2), new(2, 2, 2), output.View));
        var expected =
            from z in Enumerable.Range(0, 4) from y in Enumerable.Range(0, 4) from x in Enumerable.Range(0, 6)
            select x / 2 + 10 * (x % 2) + 100 * (y / 2) + 1000 * (y % 2) + 10000 * (z % 2) + 200000 + 1000000 * (z / 2);
        Assert.That(output.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void WorkItemsAreCountedGroupByGroup()
    {
        using var output = Buffer(new int[48]);
        Device.Launch(MemoryKernels.Dispatch.LinearPlaces(new(3, 2), new(4, 2), output.View));
        Assert.That(output.ToArray(), Is.EqualTo(Enumerable.Range(0, 48).Select(i => i / 8 * 1000 + i % 8)));
    }

    [Test]
    public void GroupsShareMemory([Values(16, 32, 64)] int group)
    {
        var x = Enumerable.Range(0, group * 5).Select(i => i * i % 101).ToArray();
        using var output = Buffer(new int[5]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.GroupSums(5, group, output.View, input.View));
        Assert.That(output.ToArray(), Is.EqualTo(x.Chunk(group).Select(chunk => chunk.Sum())));
    }

    [Test]
    public void SharedMemoryHoldsStructsAndVectors()
    {
        var x = Enumerable.Range(0, 16).Select(i => i * 0.5f).ToArray();
        using var output = Buffer(new float[16]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.SharedStructs(1, 16, output.View, input.View));
        Assert.That(output.ToArray(), Is.EqualTo(Enumerable.Range(0, 16).Select(i => x[15 - i] + 3 * (15 - i) - 1 + 10 * (15 - i) + i)));
    }

    [Test]
    public void WorkItemsHaveArraysOfTheirOwn()
    {
        int[] x = [1, 2, 3, 4];
        using var output = Buffer(new int[4]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.LocalArrays(1, 4, output.View, input.View));
        Assert.That(output.ToArray(), Is.EqualTo(x.Select(value => 7 * value + 10 * (5 * value + 5) + 28 * value + 5)));
    }

    [Test]
    public void ElementsArePassedByReference()
    {
        using var output = Buffer(new[] { 10, 20 });
        using var pairs = Buffer(new[] { new Twin { A = 1, B = 0x30005 }, new Twin { A = 2, B = 0x40006 } });
        Device.Launch(MemoryKernels.Dispatch.ElementReferences(1, 2, output.View, pairs.View));
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 4, 5 }));
        Assert.That(pairs.ToArray().Select(pair => (pair.A, pair.B)), Is.EqualTo(new[] { (3, 0x30004), (4, 0x40005) }));
    }

    [Test]
    public void AtomicOperationsLoseNothing()
    {
        var x = Enumerable.Range(0, 256).Select(i => i * 37 % 251 - 60).ToArray();
        using var counters = Buffer(new[] { 0, int.MinValue, int.MaxValue, 0, -1, 0, 0, 5, 0 });
        using var unsigned = Buffer(new[] { 0u });
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.Atomics(4, 64, counters.View, unsigned.View, input.View));
        Assert.That(counters.ToArray(), Is.EqualTo(new[]
        {
            x.Sum(), x.Max(), x.Min(), x.Aggregate(0, (a, b) => a | 1 << (b & 31)), x.Aggregate(-1, (a, b) => a & ~(1 << (b & 7))), x.Aggregate(0, (a, b) => a ^ b), 256, 6, 9,
        }));
        Assert.That(unsigned.ToArray()[0], Is.EqualTo(x.Max(value => (uint)value)));
    }

    [Test]
    public void WideAtomicOperationsLoseNothing()
    {
        var x = Enumerable.Range(0, 256).Select(i => (i * 37 % 251 - 60) * 0x1_0000_0001L).ToArray();
        using var counters = Buffer(new[] { 0, long.MinValue, long.MaxValue, 0, -1, 0, 5L << 40, 0 });
        using var unsigned = Buffer(new[] { 0ul });
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.WideAtomics(4, 64, counters.View, unsigned.View, input.View));
        Assert.That(counters.ToArray(), Is.EqualTo(new[]
        {
            x.Sum(), x.Max(), x.Min(), x.Aggregate(0L, (a, b) => a | 1L << (int)(b & 63)), x.Aggregate(-1L, (a, b) => a & ~(1L << (int)(b & 31))), x.Aggregate(0L, (a, b) => a ^ b), 6L << 40, 9L << 40,
        }));
        Assert.That(unsigned.ToArray()[0], Is.EqualTo(x.Max(value => (ulong)value)));
    }

    [Test]
    public void LanesOfAWarpExchangeValues()
    {
        const int items = 32;
        using var output = Buffer(new int[4 * items]);
        Device.Launch(MemoryKernels.Dispatch.Shuffles(1, items, output.View));
        var result = output.ToArray();
        var warp = result[3];
        Assert.That(warp, Is.GreaterThan(1));
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, items).Select(i => i % warp).SelectMany(lane =>
            new[] { 0, 3 * (lane ^ 1), lane + 1 < warp ? 3 * (lane + 1) : -1, warp })));
    }

    [Test]
    public void BarriersStandInLoops()
    {
        var x = Enumerable.Range(0, 37).ToArray();
        using var output = Buffer(new int[16]);
        using var input = Buffer(x);
        Device.Launch(MemoryKernels.Dispatch.Uniform(1, 16, output.View, input.View, 37));
        Assert.That(output.ToArray(), Is.EqualTo(Enumerable.Range(1, 16).Select(i => i * x.Sum())));
    }

    [Test]
    public void IlgpusIndicesAreStructs()
    {
        using var output = Buffer(new int[12]);
        Device.Launch(MemoryKernels.Dispatch.Indices(1, new(4, 3), output.View));
        Assert.That(output.ToArray(), Is.EqualTo(Enumerable.Range(0, 12).Select(i => i % 4 * 10 + i / 4)));
    }

    private static DeviceBuffer<T> Buffer<T>(T[] values)
        where T : unmanaged
    {
        var buffer = Device.AllocateBuffer<T>(values.Length);
        buffer.Write(values);
        return buffer;
    }
}
