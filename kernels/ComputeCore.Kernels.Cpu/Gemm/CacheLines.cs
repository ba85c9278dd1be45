using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The cache lines of a panel that is still to be packed, or of a part of it, in the order in which they are fetched: all equally far
/// apart, but for turns.
/// </summary>
internal unsafe struct CacheLines
{
    private const int FloatsInLine = 16;

    // Columns of a panel whose elements lie along k: their lines are fetched in turn, so that each column is read along.
    private const int ColumnsOfPart = 8;

    private nint step;
    private nint turn;

    /// <summary>What is fetched next.</summary>
    public float* Line { get; private set; }

    /// <summary>A power of two less one: lines are fetched in the odd calls of so many; then comes a turn. Never, if all bits are set.</summary>
    public int TurnMask { get; private init; }

    /// <summary>Into how many parts a panel of <paramref name="width"/> columns is cut, each with a line for every second k.</summary>
    public static int Parts(int width) => width / ColumnsOfPart;

    /// <summary>A part of the panel [depth, width] of the elements x(k, i) = first[k · kStride + i · stride], where one stride is 1.</summary>
    public static CacheLines OfPart(int part, float* first, nint kStride, nint stride, int depth, int width)
    {
        if (stride != 1)
        {
            return new()
            {
                Line = first + part * ColumnsOfPart * stride,
                step = stride,
                turn = FloatsInLine - ColumnsOfPart * stride,
                TurnMask = 2 * ColumnsOfPart - 1,
            };
        }

        var across = Math.Max(1, width / FloatsInLine);
        return new()
        {
            Line = first + part % across * FloatsInLine + part / across * (depth / 2) * kStride,
            step = kStride,
            TurnMask = -1,
        };
    }

    /// <summary>Fetches a line into the L2 cache, and goes on to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch()
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(Line);
        Line += step;
    }

    /// <summary>Turns to the first column's next line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Turn() => Line += turn;
}
