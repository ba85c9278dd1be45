using System.Diagnostics;
using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Kernels;
using ILGPU;
using NUnit.Framework;

namespace ComputeCore.Ilgpu.Tests;

public class DeviceTests
{
    private static readonly KernelMethod AddMethod = new(
        "Add",
        [
            new("x", typeof(float), true, 0, 4),
            new("y", typeof(float), true, 1, 4),
            new("factor", typeof(float), false, 0, 4),
        ],
        () => typeof(DeviceTests).GetMethod(nameof(AddScaled))!,
        () => default);

    static DeviceTests() => IlgpuDevices.Register();

    public static void AddScaled(ArrayView<float> x, ArrayView<float> y, float factor)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i < x.IntLength)
            y[i] += factor * x[i];
    }

    [Test]
    public void The_catalog_lists_OpenCL_as_usable_and_CUDA_with_a_reason_where_it_is_missing()
    {
        var devices = DeviceCatalog.List();
        Assert.That(devices.Single(device => device.Name == "opencl:0").Usable);
        var cuda = devices.First(device => device.Kind == "cuda");
        Assert.That(cuda.Usable || cuda.Reason!.Contains("NVIDIA", StringComparison.Ordinal));
    }

    [Test]
    public void A_kernel_of_ones_own_runs_on_OpenCL()
    {
        using var device = (AcceleratorDevice)Device.Open("opencl:0");
        RunAdd(device);
    }

    [Test]
    public void A_kernel_of_ones_own_runs_on_the_simulator()
    {
        using var device = IlgpuDevice.OpenSimulator();
        RunAdd(device);
    }

    [Test]
    public void A_group_that_does_not_fit_is_refused_by_name()
    {
        using var device = (AcceleratorDevice)Device.Open("opencl:0");
        using var x = device.AllocateBuffer<float>(10);
        var dispatch = Add(x.View, x.View, 1, new Extent(1 << 20));
        Assert.That(() => device.Launch(dispatch), Throws.InstanceOf<DeviceException>().With.Message.Contains("Add").And.Message.Contains("1048576"));
    }

    [Test]
    public void More_memory_than_there_is_is_refused_and_the_device_goes_on()
    {
        using var device = (AcceleratorDevice)Device.Open("opencl:0");
        Assert.That(() => device.Allocate(1L << 45), Throws.InstanceOf<DeviceException>().With.Message.Contains("out of memory"));
        RunAdd(device);
    }

    [Test]
    public void Opening_and_closing_leaks_neither_memory_nor_handles()
    {
        for (var i = 0; i < 20; i++)
            OpenAndClose();
        var (memory, handles) = Resources();
        for (var i = 0; i < 180; i++)
            OpenAndClose();
        var (memoryAfter, handlesAfter) = Resources();
        TestContext.Out.WriteLine($"{memory >> 20} -> {memoryAfter >> 20} MiB, {handles} -> {handlesAfter} handles");
        Assert.That(handlesAfter, Is.LessThanOrEqualTo(handles + 2));
        Assert.That(memoryAfter, Is.LessThan(memory + (64 << 20)));

        static void OpenAndClose()
        {
            using var device = (AcceleratorDevice)Device.Open("opencl:0");
            using var buffer = device.AllocateBuffer<float>(1000);
        }

        static (long Memory, int Handles) Resources()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return (process.WorkingSet64, Directory.GetFiles("/proc/self/fd").Length);
        }
    }

    private static void RunAdd(AcceleratorDevice device)
    {
        using var x = device.AllocateBuffer<float>(1000);
        using var y = device.AllocateBuffer<float>(1000);
        x.Write([.. Enumerable.Range(0, 1000).Select(i => (float)i)]);
        device.Launch(Add(x.View, y.View, 2, 64));
        device.Launch(Add(x.View.Slice(500, 500), y.View.Slice(500, 500), 1, 64));
        Assert.That(y.ToArray(), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => i < 500 ? 2f * i : 3f * i)));
    }

    private static KernelDispatch Add(DeviceView<float> x, DeviceView<float> y, float factor, Extent group) => new(
        AddMethod, Extent.Cover(x.Length, (int)group.Count), group, [KernelArgument.View(x), KernelArgument.View(y), KernelArgument.Value(factor)]);
}
