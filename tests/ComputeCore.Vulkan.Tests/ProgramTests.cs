using System.Diagnostics;
using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Programs: dispatches recorded once and replayed.</summary>
public class ProgramTests
{
    [Test]
    public void Dispatches_that_depend_on_each_other_run_in_order()
    {
        using var device = TestDevice.Open();
        using var a = device.Buffer([.. Enumerable.Repeat(1f, 10_000)]);
        using var b = device.AllocateBuffer<float>(10_000);
        using var c = device.AllocateBuffer<float>(10_000);
        using var program = device.Program(
            Kernels.Scale.Over(2, a.View, b.View),
            Kernels.Advance.Over(3, a.View),
            Kernels.Combine.Over(10, a.View, b.View, c.View),
            Kernels.Advance.Over(0, b.View),
            Kernels.Scale.Over(1, c.View, a.View));
        program.Run();
        Assert.That(a.ToArray(), Is.All.EqualTo(24f));
        Assert.That(b.ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void A_program_is_replayed_without_allocating([Values] bool unified)
    {
        using var device = TestDevice.Open(TestDevice.Options with { Validate = false, UseUnifiedMemory = unified });
        using var x = device.AllocateBuffer<float>(1000);
        using var program = device.Program(Enumerable.Repeat(Kernels.Advance.Over(1, x.View), 10));
        var values = new float[1000];
        Step();
        var (managed, memory) = (GC.GetAllocatedBytesForCurrentThread(), device.AllocatedBytes);
        for (var i = 0; i < 20; i++)
            Step();
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(managed));
        Assert.That(device.AllocatedBytes, Is.EqualTo(memory));
        Assert.That(values, Is.All.EqualTo(210f));

        void Step()
        {
            x.Write(values);
            program.Run();
            x.Read(values);
        }
    }

    [Test]
    public void A_program_is_recorded_once_with_barriers_only_where_dispatches_meet()
    {
        using var device = TestDevice.Open(api: FaultyDriver.Load());
        using var a = device.AllocateBuffer<float>(100);
        using var b = device.AllocateBuffer<float>(100);
        using var c = device.AllocateBuffer<float>(100);
        using (var program = device.Program(Kernels.Advance.Over(1, a.View), Kernels.Advance.Over(1, b.View), Kernels.Advance.Over(1, c.View)))
            program.Run();
        // One barrier at the beginning and one at the end.
        Assert.That(FaultyDriver.Barriers, Is.EqualTo(2));
        using (var program = device.Program(
            Kernels.Scale.Over(1, a.View, b.View),
            Kernels.Scale.Over(1, a.View, c.View),
            Kernels.Combine.Over(1, b.View, c.View, a.View),
            Kernels.Advance.Over(1, b.View.Slice(0, 16)),
            Kernels.Scale.Over(1, b.View.Slice(64, 16), c.View.Slice(64, 16))))
        {
            Assert.That(FaultyDriver.Barriers, Is.EqualTo(2 + 4));
            for (var i = 0; i < 10; i++)
                program.Run();
        }

        Assert.That(FaultyDriver.Recordings, Is.EqualTo(2));
    }

    [Test]
    public void A_program_can_be_inspected_launch_by_launch()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(3);
        using var program = device.Program(Enumerable.Repeat(Kernels.Advance.Over(2, x.View), 4));
        var seen = new List<float>();
        program.Run(_ => seen.Add(x.ToArray()[1]));
        Assert.That(seen, Is.EqualTo(new float[] { 1, 3, 7, 15 }));
        program.Run();
        Assert.That(x.ToArray(), Is.All.EqualTo(255f));
    }

    [Test]
    public void The_device_times_each_launch()
    {
        using var device = TestDevice.Open();
        using var few = device.AllocateBuffer<float>(1);
        using var many = device.AllocateBuffer<float>(4_000_000);
        using var program = device.Program(Kernels.Advance.Over(1, few.View), Kernels.Advance.Over(1, many.View), Kernels.Advance.Over(1, few.View));
        // What else the machine does may stop any launch for milliseconds: the least of some runs counts.
        const int runs = 20;
        double[] total = new double[3], least = [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity];
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < runs; i++)
        {
            var before = total.ToArray();
            program.Time(total);
            for (var launch = 0; launch < least.Length; launch++)
                least[launch] = Math.Min(least[launch], total[launch] - before[launch]);
        }

        Assert.That(least, Is.All.GreaterThanOrEqualTo(0));
        Assert.That(least[1], Is.GreaterThan(10 * (least[0] + least[2])));
        Assert.That(total.Sum(), Is.LessThan(clock.Elapsed.TotalSeconds));
        Assert.That(few.ToArray(), Is.EqualTo(new[] { 2f * runs }));
    }

    [Test]
    public void A_program_of_nothing_runs()
    {
        using var device = TestDevice.Open();
        using var program = device.Program();
        program.Run();
        program.Run(_ => Assert.Fail("There is no launch."));
    }

    [Test]
    public void Programs_see_what_the_programs_before_them_wrote()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(50_000);
        using var y = device.AllocateBuffer<float>(50_000);
        using var first = device.Program(Kernels.Advance.Over(1, x.View));
        using var second = device.Program(Kernels.Scale.Over(2, x.View, y.View));
        for (var i = 1; i <= 20; i++)
        {
            first.Run();
            second.Run();
            Assert.That(y.ToArray(), Is.All.EqualTo(2f * i));
        }
    }

    [Test]
    public void Threads_share_a_device()
    {
        using var device = TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = false });
        Parallel.For(0, 4, thread =>
        {
            using var x = device.Buffer([.. Enumerable.Repeat((float)thread, 1000)]);
            using var program = device.Program(Kernels.Advance.Over(1, x.View));
            for (var i = 0; i < 25; i++)
                program.Run();
            Assert.That(x.ToArray(), Is.All.EqualTo(25f + thread));
        });
    }
}
