// C[M, N] where M or N is at most four: every element of the large operand is used at most four times, so the product
// is bound by the bandwidth with which that operand is read, and packing it would double the traffic. With the small operand
// as rows s(r, k), and the large one as x(k, i):
//
//   x adjacent along k (a linear layer's weights):  dot products along k, four i at a time, vectors of partial sums
//   x adjacent along i:                             rows of x are scaled and added, four k at a time, into sums that stay in L1
//
// The order of the sum depends on K alone.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>Matrix times vector, and up to four of them at once.</summary>
internal unsafe struct SkinnyGemm : IParallelBody
{
    /// <summary>The most rows of A, or columns of B, that this path takes.</summary>
    public const int MaximumWidth = 4;

    // i per task: of x adjacent along k, rows of K floats; of x adjacent along i, 2 KiB pieces of rows.
    private const int DotChunk = 32;
    private const int AddChunk = 512;
    private const int SerialWork = 64 << 10;

    private GemmArguments g;
    private bool smallIsA;
    private int width;
    private int count;
    private int chunk;

    // A copy of the small operand, [width, K].
    private float* small;
    private nint smallStride;

    private float* large;
    private nint largeStride;
    private bool dot;

    /// <summary>Whether this path takes the shape.</summary>
    public static bool Takes(int m, int n) => Math.Min(m, n) <= MaximumWidth;

    /// <summary>Bytes of workspace: the small operand's copy.</summary>
    public static long WorkspaceBytes(int m, int n, int k) => (long)Math.Min(m, n) * StrideOf(k) * sizeof(float);

    /// <summary>Runs the product.</summary>
    public static void Run(WorkerPool? pool, in GemmArguments g, byte* workspace)
    {
        var smallIsA = g.M <= g.N;
        var skinny = new SkinnyGemm
        {
            g = g,
            smallIsA = smallIsA,
            width = smallIsA ? g.M : g.N,
            count = smallIsA ? g.N : g.M,
            small = (float*)workspace,
            smallStride = StrideOf(g.K),
            large = smallIsA ? g.B : g.A,
            largeStride = smallIsA ? g.Ldb : g.Lda,
            dot = smallIsA ? g.TransposeB : !g.TransposeA,
        };
        skinny.chunk = skinny.dot ? DotChunk : AddChunk;
        skinny.CopySmall();
        var tasks = Rounding.DivideUp(skinny.count, skinny.chunk);
        if (pool is not null && (long)skinny.count * g.K > SerialWork)
        {
            pool.For(tasks, skinny);
            return;
        }

        for (var task = 0; task < tasks; task++)
            skinny.Run(task, 0);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(int index, int worker)
    {
        var sums = stackalloc float[MaximumWidth * AddChunk];
        var begin = index * chunk;
        var length = Math.Min(chunk, count - begin);
        if (dot)
            Dot(begin, length, sums);
        else
            Add(begin, length, sums);
        if (smallIsA)
        {
            var tile = new Tile { C = g.C + begin, Ldc = g.Ldc, Accumulate = g.Accumulate, Epilogue = g.Epilogue.At(0, begin) };
            tile.Store(sums, chunk, width, length);
            return;
        }

        var row = stackalloc float[MaximumWidth];
        for (var i = 0; i < length; i++)
        {
            for (var r = 0; r < width; r++)
                row[r] = sums[r * chunk + i];
            var tile = new Tile
            {
                C = g.C + (nint)(begin + i) * g.Ldc,
                Accumulate = g.Accumulate,
                Epilogue = g.Epilogue.At(begin + i, 0),
            };
            tile.Store(row, 0, 1, width);
        }
    }

    // Rows begin on cache lines.
    private static int StrideOf(int k) => Rounding.RoundUp(k, Vector512<float>.Count);

    private readonly void CopySmall()
    {
        var data = smallIsA ? g.A : g.B;
        nint leading = smallIsA ? g.Lda : g.Ldb;
        var adjacent = smallIsA ? !g.TransposeA : g.TransposeB;
        var rowStride = adjacent ? leading : 1;
        var stride = adjacent ? 1 : leading;
        for (var r = 0; r < width; r++)
        {
            var to = small + r * smallStride;
            var from = data + r * rowStride;
            if (stride == 1)
            {
                Unsafe.CopyBlockUnaligned(to, from, (uint)g.K * sizeof(float));
            }
            else
            {
                for (var k = 0; k < g.K; k++)
                    to[k] = from[k * stride];
            }
        }
    }

    // sums[r, i] = Σₖ s(r, k) x(k, i), for x in rows along k.
    private readonly void Dot(int begin, int length, float* sums)
    {
        for (var i = 0; i < length; i += 4)
        {
            // Beyond the end, the last row is read again.
            var last = large + (nint)(begin + length - 1) * largeStride;
            var x0 = large + (nint)(begin + i) * largeStride;
            var x1 = i + 1 < length ? x0 + largeStride : last;
            var x2 = i + 2 < length ? x1 + largeStride : last;
            var x3 = i + 3 < length ? x2 + largeStride : last;
            for (var r = 0; r < width; r++)
            {
                var four = Dot4(small + r * smallStride, x0, x1, x2, x3, g.K);
                for (var j = 0; j < 4 && i + j < length; j++)
                    sums[r * chunk + i + j] = four[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> Dot4(float* s, float* x0, float* x1, float* x2, float* x3, int k)
    {
        Vector512<float> a0 = Vector512<float>.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        var p = 0;
        for (; p <= k - 2 * Vector512<float>.Count; p += 2 * Vector512<float>.Count)
        {
            var s0 = Vector512.Load(s + p);
            var s1 = Vector512.Load(s + p + Vector512<float>.Count);
            a0 = Vector512.FusedMultiplyAdd(s0, Vector512.Load(x0 + p), a0);
            a1 = Vector512.FusedMultiplyAdd(s0, Vector512.Load(x1 + p), a1);
            a2 = Vector512.FusedMultiplyAdd(s0, Vector512.Load(x2 + p), a2);
            a3 = Vector512.FusedMultiplyAdd(s0, Vector512.Load(x3 + p), a3);
            b0 = Vector512.FusedMultiplyAdd(s1, Vector512.Load(x0 + p + Vector512<float>.Count), b0);
            b1 = Vector512.FusedMultiplyAdd(s1, Vector512.Load(x1 + p + Vector512<float>.Count), b1);
            b2 = Vector512.FusedMultiplyAdd(s1, Vector512.Load(x2 + p + Vector512<float>.Count), b2);
            b3 = Vector512.FusedMultiplyAdd(s1, Vector512.Load(x3 + p + Vector512<float>.Count), b3);
        }

        var sum = Vector128.Create(Vector512.Sum(a0 + b0), Vector512.Sum(a1 + b1), Vector512.Sum(a2 + b2), Vector512.Sum(a3 + b3));
        for (; p < k; p++)
            sum = Vector128.FusedMultiplyAdd(Vector128.Create(s[p]), Vector128.Create(x0[p], x1[p], x2[p], x3[p]), sum);
        return sum;
    }

    // sums[r, i] = Σₖ s(r, k) x(k, i), for x in rows along i.
    private readonly void Add(int begin, int length, float* sums)
    {
        for (var r = 0; r < width; r++)
            new Span<float>(sums + r * chunk, length).Clear();
        var k = 0;
        for (; k <= g.K - 4; k += 4)
        {
            var x = large + k * largeStride + begin;
            for (var r = 0; r < width; r++)
                Add4(small + r * smallStride + k, x, largeStride, length, sums + r * chunk);
        }

        for (; k < g.K; k++)
        {
            var x = large + k * largeStride + begin;
            for (var r = 0; r < width; r++)
            {
                var s = small[r * smallStride + k];
                for (var i = 0; i < length; i++)
                    sums[r * chunk + i] = MathF.FusedMultiplyAdd(s, x[i], sums[r * chunk + i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add4(float* s, float* x, nint stride, int length, float* sums)
    {
        var s0 = Vector512.Create(s[0]);
        var s1 = Vector512.Create(s[1]);
        var s2 = Vector512.Create(s[2]);
        var s3 = Vector512.Create(s[3]);
        var x1 = x + stride;
        var x2 = x1 + stride;
        var x3 = x2 + stride;
        var i = 0;
        for (; i <= length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var sum = Vector512.Load(sums + i);
            sum = Vector512.FusedMultiplyAdd(s0, Vector512.Load(x + i), sum);
            sum = Vector512.FusedMultiplyAdd(s1, Vector512.Load(x1 + i), sum);
            sum = Vector512.FusedMultiplyAdd(s2, Vector512.Load(x2 + i), sum);
            sum = Vector512.FusedMultiplyAdd(s3, Vector512.Load(x3 + i), sum);
            sum.Store(sums + i);
        }

        for (; i < length; i++)
        {
            var sum = MathF.FusedMultiplyAdd(s[0], x[i], sums[i]);
            sum = MathF.FusedMultiplyAdd(s[1], x1[i], sum);
            sum = MathF.FusedMultiplyAdd(s[2], x2[i], sum);
            sums[i] = MathF.FusedMultiplyAdd(s[3], x3[i], sum);
        }
    }
}
