using ComputeCore.Accelerators;

namespace ComputeCore.Kernels.Tests;

/// <summary>Arrays on the device that kernels are tested on, released together.</summary>
internal sealed class DeviceArrays(AcceleratorDevice device, int seed) : IDisposable
{
    private readonly Random random = new(seed);
    private readonly List<DeviceBuffer<float>> buffers = [];

    public AcceleratorDevice Device { get; } = device;

    /// <summary>Random numbers between -1 and 1, and the same on the host.</summary>
    public (DeviceBuffer<float> Buffer, double[] Values) Draw(int length, double offset = 0)
    {
        float[] values = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1 + offset))];
        var buffer = Result(length);
        buffer.Write(values);
        return (buffer, [.. values.Select(value => (double)value)]);
    }

    /// <summary>A tensor's elements.</summary>
    public DeviceBuffer<float> Put(TensorData data)
    {
        var buffer = Result((int)data.Shape.ElementCount);
        buffer.Write(data.AsSpan<float>());
        return buffer;
    }

    /// <summary>Memory for a result, filled with NaN.</summary>
    public DeviceBuffer<float> Result(int length)
    {
        var buffer = Device.AllocateBuffer<float>(length);
        buffer.Write([.. Enumerable.Repeat(float.NaN, length)]);
        buffers.Add(buffer);
        return buffer;
    }

    public void Dispose()
    {
        foreach (var buffer in buffers)
            buffer.Dispose();
    }

    /// <summary>The gradient of a function by central differences.</summary>
    public static double[] Gradient(Func<double[], double> function, double[] x)
    {
        const double Step = 1e-5;
        return [.. Enumerable.Range(0, x.Length).Select(i => (At(i, Step) - At(i, -Step)) / (2 * Step))];

        double At(int i, double step)
        {
            double[] moved = [.. x];
            moved[i] += step;
            return function(moved);
        }
    }
}
