using ComputeCore.Accelerators;
using ComputeCore.Kernels;

namespace ComputeCore.Benchmarks.Glsl;

/// <summary>A kernel of the engine at one size, and where its results are. GLSL takes the same arguments in the same places.</summary>
/// <param name="Name">The GLSL's file name.</param>
/// <param name="Size">The size, in words.</param>
/// <param name="Work">What a run does, and in which unit 10^9 of it are counted.</param>
/// <param name="Dispatch">The engine's launch.</param>
/// <param name="Result">What it writes.</param>
internal sealed record GlslCase(string Name, string Size, (double Amount, string Unit) Work, KernelDispatch Dispatch, DeviceBuffer<float> Result);

/// <summary>The kernels that are compared, on buffers with random contents.</summary>
internal sealed class GlslCases(AcceleratorDevice device) : IDisposable
{
    private readonly Random random = new(1);
    private readonly List<IDisposable> buffers = [];

    /// <summary>All of them.</summary>
    public IEnumerable<GlslCase> All() => [Gemm(256), Attention(4, 256, 64), LayerNorm(512, 768)];

    public void Dispose() => buffers.ForEach(buffer => buffer.Dispose());

    private GlslCase Gemm(int size)
    {
        var (left, right, bias, result) = (Random(size * size), Random(size * size), Random(size), Zeros(size * size));
        var arguments = Kernels.Gemm.GemmArguments.Of(size, size, size, transposeLeft: false, transposeRight: false, 0, 0) with { HasBias = 1, Activation = 1 };
        var dispatch = Kernels.Gemm.GemmVariant.All[0].Dispatch(left, right, bias, result.View, arguments, batch: 1);
        return new("gemm", $"{size} x {size} x {size}", (2.0 * size * size * size, "GFLOP/s"), dispatch, result);
    }

    private GlslCase Attention(int heads, int length, int width)
    {
        var size = heads * length * width;
        var result = Zeros(size);
        var shape = new Kernels.Attention.AttentionShape
        {
            Heads = heads, KeyHeads = heads, Queries = length, Keys = length, Width = width, Scale = 1 / MathF.Sqrt(width),
        };
        var inputs = new Kernels.Attention.AttentionInputs(Random(size), Random(size), Random(size), Empty<int>(), Empty<float>(), Empty<long>());
        var dispatch = Kernels.Attention.AttentionLaunches.Forward(
            inputs, result.View, Zeros(heads * length).View, () => throw new NotSupportedException(), shape, batch: 1).Single();
        return new("attention", $"{heads} heads, {length} x {length} x {width}", (4.0 * heads * length * length * width, "GFLOP/s"), dispatch, result);
    }

    private GlslCase LayerNorm(int rows, int columns)
    {
        var result = Zeros(rows * columns);
        var dispatch = Kernels.Normalization.LayerNorm.Dispatch.Forward(
            rows, Kernels.Normalization.GroupSum.GroupSize, Random(rows * columns), Random(columns), Random(columns), result.View, Zeros(rows).View, Zeros(rows).View, columns, 1, 1, 1e-5f);
        return new("layernorm", $"{rows} x {columns}", (8.0 * rows * columns, "GB/s"), dispatch, result);
    }

    private DeviceBuffer<float> Zeros(int length)
    {
        var buffer = device.AllocateBuffer<float>(length);
        buffers.Add(buffer);
        return buffer;
    }

    private DeviceView<T> Empty<T>()
        where T : unmanaged
    {
        var buffer = device.AllocateBuffer<T>(1);
        buffers.Add(buffer);
        return buffer.View;
    }

    private DeviceView<float> Random(int length)
    {
        var buffer = Zeros(length);
        buffer.Write([.. Enumerable.Range(0, length).Select(_ => 2 * random.NextSingle() - 1)]);
        return buffer.View;
    }
}
