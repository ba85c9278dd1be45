using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ComputeCore.Benchmarks;

/// <summary>
/// What the hot kernels are compared with: loops that anybody would write, with vectors as wide as the machine's, so that the ratio
/// depends on the processor as little as possible.
/// </summary>
internal sealed class SimpleKernels
{
    private const int Size = 192;
    private const int Elements = 1 << 20;

    private readonly float[] a = Filled(Size * Size);
    private readonly float[] b = Filled(Size * Size);
    private readonly float[] c = new float[Size * Size];
    private readonly float[] x = Filled(Elements);
    private readonly float[] y = Filled(Elements);
    private readonly float[] z = new float[Elements];

    /// <summary>10⁹ floating-point operations a second of C += A B, row by row: 192 x 192 matrices, in the second-level cache.</summary>
    public double Gflops()
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Size; i++)
            for (var k = 0; k < Size; k++)
                AddScaled(c.AsSpan(i * Size, Size), b.AsSpan(k * Size, Size), a[i * Size + k]);
        return 2.0 * Size * Size * Size / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    /// <summary>10⁹ bytes a second of z = x + 0.5 y over arrays of 4 MiB.</summary>
    public double Gbps()
    {
        var start = Stopwatch.GetTimestamp();
        var (vx, vy, vz) = (MemoryMarshal.Cast<float, Vector<float>>(x), MemoryMarshal.Cast<float, Vector<float>>(y), MemoryMarshal.Cast<float, Vector<float>>(z.AsSpan()));
        for (var i = 0; i < vx.Length; i++)
            vz[i] = vx[i] + vy[i] * 0.5f;
        return 3.0 * sizeof(float) * Elements / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private static void AddScaled(Span<float> row, Span<float> addend, float factor)
    {
        var (sums, terms) = (MemoryMarshal.Cast<float, Vector<float>>(row), MemoryMarshal.Cast<float, Vector<float>>(addend));
        for (var j = 0; j < sums.Length; j++)
            sums[j] += terms[j] * factor;
    }

    private static float[] Filled(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
