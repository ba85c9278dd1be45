using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Device memory: zeroed, apart from each other, accounted for.</summary>
public class MemoryTests
{
    [Test]
    public void Memory_begins_as_zero_even_where_it_was_used_before([Values] bool unified, [Values(1, 5, 4096, 20_000_001)] int bytes)
    {
        using var device = TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = unified });
        using (var used = device.AllocateBuffer<byte>(bytes))
            used.Write([.. Enumerable.Repeat((byte)0xff, bytes)]);
        using var fresh = device.AllocateBuffer<byte>(bytes);
        Assert.That(fresh.ToArray().AsSpan().ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void Blocks_do_not_touch_each_other([Values] bool unified)
    {
        using var device = TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = unified });
        var random = new Random(1);
        var live = new List<(Accelerators.DeviceBuffer<byte> Buffer, byte Value)>();
        for (var step = 0; step < 100; step++)
        {
            var (length, value) = (random.Next(1, 1 << random.Next(1, 24)), (byte)step);
            var buffer = device.AllocateBuffer<byte>(length);
            buffer.Write([.. Enumerable.Repeat(value, length)]);
            live.Add((buffer, value));
            if (step % 3 == 0)
            {
                live[step / 3].Buffer.Dispose();
                live[step / 3] = live[0];
            }
        }

        foreach (var (buffer, value) in live.Skip(34))
            Assert.That(buffer.ToArray().AsSpan().ContainsAnyExcept(value), Is.False);
        foreach (var (buffer, _) in live)
            buffer.Dispose();
        Assert.That(device.AllocatedBytes, Is.Zero);
    }

    [Test]
    public void Copies_of_any_size_and_place_arrive([Values] bool unified)
    {
        const int size = 20_000_000;
        using var device = TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = unified });
        using var memory = device.Allocate(size);
        var content = new byte[size];
        var random = new Random(2);
        for (var step = 0; step < 8; step++)
        {
            var start = random.Next(size);
            var part = new byte[random.Next(size - start)];
            random.NextBytes(part);
            memory.Write(start, default, part);
            part.CopyTo(content, start);
        }

        var whole = new byte[size];
        memory.Read(0, default, whole);
        Assert.That(whole.AsSpan().SequenceEqual(content));
        var middle = new byte[9_000_001];
        memory.Read(1_234_567, default, middle);
        Assert.That(middle.AsSpan().SequenceEqual(content.AsSpan(1_234_567, middle.Length)));
    }

    [Test]
    public void Many_tensors_take_few_blocks_of_the_driver()
    {
        using var device = TestDevice.Open();
        var buffers = Enumerable.Range(0, 1000).Select(_ => device.AllocateBuffer<float>(1000)).ToArray();
        Assert.That(device.AllocatedBytes, Is.EqualTo(4_000_000));
        Assert.That(device.Allocator.BlockCount, Is.EqualTo(1));
        foreach (var buffer in buffers)
            buffer.Dispose();
        Assert.That(device.Allocator.BlockCount, Is.Zero);
    }
}
