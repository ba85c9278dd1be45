using ComputeCore.Devices;
using ComputeCore.Kernels;
using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Kernels launched one by one, as users do.</summary>
public class LaunchTests
{
    [Test]
    public void A_kernel_computes_on_memory_used_directly_and_through_staging([Values] bool unified, [Values(1, 64, 100_001)] int length)
    {
        using var device = TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = unified });
        var values = Enumerable.Range(0, length).Select(i => i / 8f).ToArray();
        using var x = device.Buffer(values);
        using var y = device.AllocateBuffer<float>(length);
        device.Launch(Kernels.Scale.Over(3, x.View, y.View));
        Assert.That(y.ToArray(), Is.EqualTo(values.Select(value => value * 3)));
    }

    [Test]
    public void Many_groups_in_each_dimension_have_the_size_that_was_asked_for([Values(1, 7, 64, 256, 1024)] int group)
    {
        using var device = TestDevice.Open();
        using var x = device.Buffer([.. Enumerable.Repeat(1f, 5000)]);
        var dispatch = Kernels.Advance.Over(1, x.View) with { Group = group, Grid = 3 };
        device.Launch(dispatch);
        Assert.That(x.ToArray().Count(value => value == 2), Is.EqualTo(Math.Min(5000, 3 * group)));
    }

    [Test]
    public void A_kernel_sees_the_exact_length_of_its_view()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(300);
        device.Launch(Kernels.Advance.Over(1, x.View.Slice(64, 101)));
        Assert.That(x.ToArray(), Is.EqualTo(Enumerable.Range(0, 300).Select(i => i is >= 64 and < 165 ? 1f : 0f)));
    }

    [Test]
    public void Too_many_groups_are_refused_by_name_need_and_limit()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(1);
        var dispatch = Kernels.Advance.Over(1, x.View) with { Grid = new(device.Limits.Grid.X, device.Limits.Grid.Y + 1) };
        Assert.That(
            () => device.Launch(dispatch),
            Throws.TypeOf<DeviceException>().With.Message.Contains("Kernels.Advance")
                .And.Message.Contains($"{dispatch.Grid}").And.Message.Contains($"{device.Limits.Grid}").And.Message.Contains("vulkan:0"));
    }

    [Test]
    public void Groups_that_are_too_large_are_refused_by_name_need_and_limit()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(1);
        var dispatch = Kernels.Advance.Over(1, x.View) with { Group = new(device.Limits.GroupItems, 2) };
        Assert.That(
            () => device.Launch(dispatch),
            Throws.TypeOf<DeviceException>().With.Message.Contains("Kernels.Advance")
                .And.Message.Contains($"{dispatch.Group}").And.Message.Contains($"{device.Limits.GroupItems}"));
    }

    [Test]
    public void Shared_memory_is_used_up_to_the_limit_and_refused_beyond_it()
    {
        using var device = TestDevice.Open();
        using var x = device.Buffer(1, 2);
        var floats = device.Limits.SharedBytes / sizeof(float);
        device.Launch(Kernels.Shared(floats).Over(1, x.View));
        Assert.That(
            () => device.Launch(Kernels.Shared(floats + 1).Over(1, x.View)),
            Throws.TypeOf<DeviceException>().With.Message.Contains("Kernels.Shared")
                .And.Message.Contains($"{(floats + 1) * sizeof(float):N0}").And.Message.Contains($"{device.Limits.SharedBytes:N0}"));
    }

    [Test]
    public void A_capability_that_the_device_lacks_is_refused_by_name()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(1);
        Assert.That(
            () => device.Launch(Kernels.Demanding.Over(1, x.View)),
            Throws.TypeOf<DeviceException>().With.Message.Contains("Kernels.Demanding").And.Message.Contains("5055").And.Message.Contains("vulkan:0"));
    }

    [Test]
    public void What_is_no_module_is_refused()
    {
        using var device = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(1);
        var valid = Kernels.Advance.Spirv;
        Assert.That(() => device.Launch(Broken(new byte[16]).Over(1, x.View)), Throws.TypeOf<DeviceException>().With.Message.Contains("Broken"));
        // In the middle of an instruction: the last ones have one word, one and two.
        Assert.That(() => device.Launch(Broken(valid[..^12]).Over(1, x.View)), Throws.TypeOf<DeviceException>().With.Message.Contains("Broken"));

        static KernelMethod Broken(ReadOnlyMemory<byte> module) => new("Broken", Kernels.Advance.Parameters, () => null!, () => module);
    }

    [Test]
    public void Memory_of_another_device_a_misaligned_view_and_one_beyond_the_memory_are_refused()
    {
        using var device = TestDevice.Open();
        using var other = TestDevice.Open();
        using var x = device.AllocateBuffer<float>(100);
        using var foreign = other.AllocateBuffer<float>(100);
        Assert.That(() => device.Launch(Kernels.Advance.Over(1, foreign.View)), Throws.TypeOf<DeviceException>().With.Message.Contains("not of the device vulkan:0"));
        Assert.That(() => device.Launch(Kernels.Advance.Over(1, x.View.Slice(1, 10))), Throws.TypeOf<DeviceException>().With.Message.Contains("begins at byte 4"));
        Assert.That(() => device.Launch(Kernels.Advance.Over(1, x.View.Slice(64, 100))), Throws.TypeOf<DeviceException>().With.Message.Contains("400"));
    }

    [Test]
    public void What_was_closed_can_not_be_used()
    {
        var device = TestDevice.Open();
        var x = device.AllocateBuffer<float>(1);
        var y = device.AllocateBuffer<float>(1);
        var program = device.Program(Kernels.Advance.Over(1, x.View));
        y.Dispose();
        Assert.That(() => y.Write([1]), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => device.Launch(Kernels.Advance.Over(1, y.View)), Throws.InstanceOf<ObjectDisposedException>());
        device.Dispose();
        Assert.That(() => x.ToArray(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => program.Run(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => device.AllocateBuffer<float>(1), Throws.InstanceOf<ObjectDisposedException>());
        program.Dispose();
        x.Dispose();
        device.Dispose();
    }
}
