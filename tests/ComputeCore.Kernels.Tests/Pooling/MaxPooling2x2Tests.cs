using ComputeCore.Kernels.Pooling;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Pooling;

/// <summary>The pooling of 2 x 2 against the one for any window, bit for bit: ties, infinities and NaN included.</summary>
[TestFixture("opencl:0")]
[TestFixture("vulkan:0")]
public class MaxPooling2x2Tests(string deviceName)
{
    [TestCase(1, 1, 1)]
    [TestCase(3, 2, 5)]
    [TestCase(40, 7, 7)]
    [TestCase(5, 14, 3)]
    public void Gives_the_bits_of_the_general_kernels(int planes, int rows, int columns)
    {
        var device = TestDevices.Open(deviceName);
        var (count, elements) = (planes * rows * columns, 4 * planes * rows * columns);
        var (down, along) = (new SlidingLine(2 * rows, rows, 2, 2, 0, 1, 0), new SlidingLine(2 * columns, columns, 2, 2, 0, 1, 0));
        var windows = Windows.Of(rows, columns);
        using var x = device.AllocateBuffer<float>(elements);
        using var y = device.AllocateBuffer<float>(count);
        using var indices = device.AllocateBuffer<int>(count);
        using var generalY = device.AllocateBuffer<float>(count);
        using var generalIndices = device.AllocateBuffer<int>(count);
        using var dx = device.AllocateBuffer<float>(elements);
        using var generalDx = device.AllocateBuffer<float>(elements);
        var random = new Random(planes + rows + columns);
        float[] special = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0, -0f];
        x.Write([.. Enumerable.Range(0, elements).Select(i => i % 11 == 3 ? special[random.Next(special.Length)] : random.Next(-3, 3))]);

        device.Launch(MaxPooling2x2.Dispatch.Max(FlatIndex.GridFor(count), FlatIndex.GroupSize, x.View, y.View, indices.View, windows, count));
        device.Launch(PoolingKernels.Dispatch.Max(FlatIndex.GridFor(count), FlatIndex.GroupSize, x.View, generalY.View, generalIndices.View, down, along, count));
        Assert.That(y.ToArray().Select(BitConverter.SingleToInt32Bits), Is.EqualTo(generalY.ToArray().Select(BitConverter.SingleToInt32Bits)));
        Assert.That(indices.ToArray(), Is.EqualTo(generalIndices.ToArray()));

        device.Launch(MaxPooling2x2.Dispatch.MaxGradient(FlatIndex.GridFor(count), FlatIndex.GroupSize, y.View, indices.View, dx.View, windows, count));
        device.Launch(PoolingKernels.Dispatch.MaxGradient(FlatIndex.GridFor(elements), FlatIndex.GroupSize, y.View, indices.View, generalDx.View, down, along, elements));
        // A sum of nothing and one number: -0 becomes 0 in the general kernel.
        Assert.That(dx.ToArray().Select(value => BitConverter.SingleToInt32Bits(value + 0f)), Is.EqualTo(generalDx.ToArray().Select(BitConverter.SingleToInt32Bits)));
    }
}
