using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Barriers stand where the order matters, and nowhere else.</summary>
public class AccessTrackerTests
{
    private static readonly Silk.NET.Vulkan.Buffer Buffer = new(1);
    private static readonly Silk.NET.Vulkan.Buffer Other = new(2);

    [Test]
    public void Reading_twice_and_touching_different_memory_needs_no_barrier()
    {
        var tracker = new AccessTracker();
        Assert.That(tracker.Add([Read(0, 64), Write(64, 128)]), Is.False);
        Assert.That(tracker.Add([Read(0, 64), Write(128, 192)]), Is.False);
        Assert.That(tracker.Add([Write(0, 64) with { Buffer = Other }]), Is.False);
    }

    [Test]
    public void Reading_what_was_written_overwriting_what_was_read_and_overwriting_what_was_written_need_one()
    {
        Assert.That(Needed(Write(0, 64), Read(63, 70)), Is.True);
        Assert.That(Needed(Read(0, 64), Write(32, 33)), Is.True);
        Assert.That(Needed(Write(0, 64), Write(0, 64)), Is.True);

        static bool Needed(MemoryAccess first, MemoryAccess second)
        {
            var tracker = new AccessTracker();
            tracker.Add([first]);
            return tracker.Add([second]);
        }
    }

    [Test]
    public void A_barrier_settles_all_before_it()
    {
        var tracker = new AccessTracker();
        tracker.Add([Write(0, 64)]);
        tracker.Add([Write(64, 128)]);
        Assert.That(tracker.Add([Read(0, 64)]), Is.True);
        Assert.That(tracker.Add([Read(64, 128)]), Is.False);
        Assert.That(tracker.Add([Write(0, 64)]), Is.True);
    }

    private static MemoryAccess Read(long start, long end) => new(Buffer, start, end, true, false);

    private static MemoryAccess Write(long start, long end) => new(Buffer, start, end, false, true);
}
