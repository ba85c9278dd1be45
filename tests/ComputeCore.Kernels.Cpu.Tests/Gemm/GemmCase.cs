using System.Runtime.InteropServices;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Gemm;

/// <summary>One product with random operands, its float64 truth, and the bound that float32 summation must keep.</summary>
internal sealed unsafe class GemmCase : IDisposable
{
    private const int Guard = 16;

    private readonly List<nint> allocations = [];
    private readonly double[] expected;
    private readonly double[] magnitude;
    private readonly float* initialC;
    private readonly int lengthC;

    public GemmCase(
        int m, int n, int k, bool transposeA = false, bool transposeB = false, int extraStride = 0, bool accumulate = false,
        bool rowBias = false, bool columnBias = false, Activation activation = Activation.None)
    {
        var random = new Random(HashCode.Combine(m, n, k) & 0xFFFF);
        Arguments = new GemmArguments
        {
            M = m,
            N = n,
            K = k,
            TransposeA = transposeA,
            TransposeB = transposeB,
            Lda = Math.Max(1, (transposeA ? m : k) + extraStride),
            Ldb = Math.Max(1, (transposeB ? k : n) + extraStride),
            Ldc = Math.Max(1, n + extraStride),
            Accumulate = accumulate,
        };
        Arguments.A = Random(random, (transposeA ? k : m) * Arguments.Lda);
        Arguments.B = Random(random, (transposeB ? n : k) * Arguments.Ldb);
        Arguments.Epilogue = new Epilogue
        {
            RowBias = rowBias ? Random(random, m) : null,
            ColumnBias = columnBias ? Random(random, n) : null,
            Activation = activation,
        };
        lengthC = m * Arguments.Ldc + Guard;
        initialC = Random(random, lengthC);
        Arguments.C = Random(random, lengthC);

        expected = new double[m * n];
        magnitude = new double[m * n];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                double sum = 0, size = 0;
                for (var p = 0; p < k; p++)
                {
                    double a = transposeA ? Arguments.A[p * Arguments.Lda + i] : Arguments.A[i * Arguments.Lda + p];
                    double b = transposeB ? Arguments.B[j * Arguments.Ldb + p] : Arguments.B[p * Arguments.Ldb + j];
                    sum += a * b;
                    size += Math.Abs(a * b);
                }

                foreach (var term in (ReadOnlySpan<double>)
                    [
                        accumulate ? initialC[i * Arguments.Ldc + j] : 0,
                        rowBias ? Arguments.Epilogue.RowBias[i] : 0,
                        columnBias ? Arguments.Epilogue.ColumnBias[j] : 0,
                    ])
                {
                    sum += term;
                    size += Math.Abs(term);
                }

                expected[i * n + j] = activation switch
                {
                    Activation.Relu => Math.Max(sum, 0),
                    Activation.Relu6 => Math.Clamp(sum, 0, 6),
                    _ => sum,
                };
                magnitude[i * n + j] = size;
            }
        }
    }

    public GemmArguments Arguments;

    public delegate void Product(WorkerPool pool, in GemmArguments arguments, byte* workspace);

    /// <summary>Runs the product into a fresh C with its workspace full of NaN, so that nothing can rely on it, and returns C.</summary>
    public float[] Run(Product product, WorkerPool pool, long workspaceBytes)
    {
        new Span<float>(initialC, lengthC).CopyTo(new Span<float>(Arguments.C, lengthC));
        var workspace = (byte*)NativeMemory.AlignedAlloc((nuint)workspaceBytes + Guard, 64);
        try
        {
            new Span<byte>(workspace, checked((int)workspaceBytes + Guard)).Fill(0xFF);
            product(pool, Arguments, workspace);
            if (new Span<byte>(workspace + workspaceBytes, Guard).ContainsAnyExcept((byte)0xFF))
                Assert.Fail($"{Describe()}: wrote beyond the workspace");
        }
        finally
        {
            NativeMemory.AlignedFree(workspace);
        }

        return new Span<float>(Arguments.C, lengthC).ToArray();
    }

    /// <summary>Compares with the float64 product: |error| ≤ 2 √K ε Σ|a·b| + ε, and nothing outside C changed.</summary>
    public void Check(float[] c)
    {
        for (var index = 0; index < lengthC; index++)
        {
            var (i, j) = (index / Arguments.Ldc, index % Arguments.Ldc);
            if (i >= Arguments.M || j >= Arguments.N)
            {
                if (c[index] != initialC[index])
                    Assert.Fail($"{Describe()}: wrote outside C, at row {i} column {j}");
                continue;
            }

            var at = i * Arguments.N + j;
            var bound = float.BitIncrement(1) - 1;
            if (!(Math.Abs(c[index] - expected[at]) <= 2 * Math.Sqrt(Arguments.K + 1) * bound * magnitude[at]))
                Assert.Fail($"{Describe()}: C[{i}, {j}] is {c[index]}, should be {expected[at]}");
        }
    }

    public void Dispose()
    {
        foreach (var pointer in allocations)
            NativeMemory.Free((void*)pointer);
    }

    private string Describe() =>
        $"{Arguments.M}x{Arguments.N}x{Arguments.K}{(Arguments.TransposeA ? " Aᵀ" : "")}{(Arguments.TransposeB ? " Bᵀ" : "")}";

    private float* Random(Random random, int count)
    {
        var pointer = (float*)NativeMemory.Alloc((nuint)Math.Max(1, count), sizeof(float));
        allocations.Add((nint)pointer);
        for (var i = 0; i < count; i++)
            pointer[i] = (float)(random.NextDouble() * 2 - 1);
        return pointer;
    }
}
