using System.Diagnostics;
using ComputeCore.Kernels.Softmax;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ComputeCore.Benchmarks.Comparisons;

/// <summary>
/// NVIDIA's cuBLAS in full f32 precision, through ILGPU.Algorithms: the matrix product, and attention as it is put together from two
/// products and a softmax for each head, with the matrix of scores in memory.
/// </summary>
internal sealed class CublasPeer : IDisposable
{
    private readonly Context context = Context.Create(builder => builder.Cuda());
    private readonly CudaAccelerator accelerator;
    private readonly CuBlas blas;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, int, int, int, int> softmax;

    public CublasPeer()
    {
        accelerator = context.CreateCudaAccelerator(0);
        blas = new CuBlas(accelerator);
        Kernels.Mathematics.IlgpuMath.Register(context);
        softmax = accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, int, int, int, int>(SoftmaxKernels.Softmax);
    }

    /// <summary>Seconds of the product of two squares.</summary>
    public double Product(int size)
    {
        using var memory = new Buffers(accelerator, size * size, size * size, size * size);
        return Best(() => blas.Gemm(
            CuBlasOperation.NonTranspose, CuBlasOperation.NonTranspose, size, size, size, 1, memory[0], size, memory[1], size, 0, memory[2], size));
    }

    /// <summary>Seconds of attention of as many queries as keys.</summary>
    public double Attention(int heads, int length, int width)
    {
        using var memory = new Buffers(accelerator, heads * length * width, heads * length * width, heads * length * width, heads * length * width, length * length);
        var lines = new LineLaunch(length, length, 1);
        return Best(() =>
        {
            for (var head = 0; head < heads; head++)
            {
                ArrayView<float> Of(int which) => memory[which].SubView(head * length * width, length * width);

                // cuBLAS takes columns for rows: it computes scoresᵀ = k qᵀ and oᵀ = vᵀ scoresᵀ.
                blas.Gemm(CuBlasOperation.Transpose, CuBlasOperation.NonTranspose, length, length, width, 1 / MathF.Sqrt(width), Of(1), width, Of(0), width, 0, memory[4], length);
                softmax(accelerator.DefaultStream, new KernelConfig(lines.Grid.X, LineLaunch.GroupSize), memory[4], memory[4], length, 1, lines.Lines, lines.Width);
                blas.Gemm(CuBlasOperation.NonTranspose, CuBlasOperation.NonTranspose, width, length, length, 1, Of(2), width, memory[4], length, 0, Of(3), width);
            }
        });
    }

    public void Dispose()
    {
        blas.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    private double Best(Action action)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < DeviceComparison.Repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            accelerator.DefaultStream.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private sealed class Buffers : IDisposable
    {
        private readonly MemoryBuffer1D<float, Stride1D.Dense>[] buffers;

        public Buffers(Accelerator accelerator, params ReadOnlySpan<int> lengths)
        {
            buffers = new MemoryBuffer1D<float, Stride1D.Dense>[lengths.Length];
            var random = new Random(1);
            for (var i = 0; i < buffers.Length; i++)
            {
                buffers[i] = accelerator.Allocate1D<float>(lengths[i]);
                float[] values = [.. Enumerable.Range(0, lengths[i]).Select(_ => random.NextSingle() * 2 - 1)];
                buffers[i].CopyFromCPU(values);
            }
        }

        public ArrayView<float> this[int index] => buffers[index].View.BaseView;

        public void Dispose()
        {
            foreach (var buffer in buffers)
                buffer.Dispose();
        }
    }
}
