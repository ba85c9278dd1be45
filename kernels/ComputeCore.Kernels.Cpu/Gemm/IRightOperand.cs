using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>How a micro-kernel walks its right operand: for each k one or two vectors of adjacent columns.</summary>
internal unsafe interface IRightOperand
{
    /// <summary>Where the first vector of this k lies.</summary>
    float* First { get; }

    /// <summary>Where the second vector of this k lies.</summary>
    /// <param name="width">Floats in a vector.</param>
    float* Second(int width);

    /// <summary>Goes on to the next k.</summary>
    /// <param name="first">What the first vector of this k was.</param>
    /// <param name="second">What the second was; zero in a tile of one vector.</param>
    void Advance<TWidth, TVector>(TVector first, TVector second)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct;
}

/// <summary>A panel, or a piece of a matrix: the vectors are neighbours, and all k equally far apart.</summary>
/// <param name="start">Element (0, 0).</param>
/// <param name="step">Elements between two k: NR in a panel.</param>
internal unsafe struct AdjacentColumns(float* start, nint step) : IRightOperand
{
    /// <inheritdoc/>
    public readonly float* First => start;

    /// <inheritdoc/>
    public readonly float* Second(int width) => start + width;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance<TWidth, TVector>(TVector first, TVector second)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct => start += step;
}

/// <summary>A piece of a matrix that is copied into a panel on the way, so that who needs it next finds it there.</summary>
/// <param name="start">Element (0, 0).</param>
/// <param name="step">Elements between two k.</param>
/// <param name="panel">Where the panel begins.</param>
/// <param name="ahead">
/// How far behind each element, in elements, what is fetched into the L2 cache lies: rows of a matrix are too short, and too far from each
/// other, for the processor to foresee.
/// </param>
internal unsafe struct PackingColumns(float* start, nint step, float* panel, nint ahead) : IRightOperand
{
    /// <inheritdoc/>
    public readonly float* First => start;

    /// <inheritdoc/>
    public readonly float* Second(int width) => start + width;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance<TWidth, TVector>(TVector first, TVector second)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(start + ahead);
            Sse.Prefetch1(start + ahead + TWidth.Count);
        }

        TWidth.Store(first, panel);
        TWidth.Store(second, panel + TWidth.Count);
        start += step;
        panel += 2 * TWidth.Count;
    }
}

/// <summary>
/// A panel; meanwhile a piece of what the worker multiplies next comes into the L2 cache, a line for every second k. Twice as many at a
/// time, and the processor's few buffers for lines on their way keep the panel waiting: that was slower than none (measured).
/// </summary>
/// <param name="panel">Where the panel begins.</param>
/// <param name="next">The lines of that piece.</param>
internal unsafe struct FetchingColumns(float* panel, CacheLines next) : IRightOperand
{
    private CacheLines next = next;
    private int turn;

    /// <summary>The lines that are still to be fetched.</summary>
    public readonly CacheLines Next => next;

    /// <inheritdoc/>
    public readonly float* First => panel;

    /// <inheritdoc/>
    public readonly float* Second(int width) => panel + width;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance<TWidth, TVector>(TVector first, TVector second)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        turn++;
        if ((turn & 1) != 0)
            next.Fetch();
        else if ((turn & next.TurnMask) == 0)
            next.Turn();
        panel += 2 * TWidth.Count;
    }
}

/// <summary>Two vectors anywhere, and a table of where each k lies from there.</summary>
/// <param name="start">What the offsets of the first vector count from.</param>
/// <param name="other">What those of the second count from.</param>
/// <param name="offsets">In elements, one for each k.</param>
internal unsafe struct IndirectColumns(float* start, float* other, int* offsets) : IRightOperand
{
    /// <inheritdoc/>
    public readonly float* First => start + *offsets;

    /// <inheritdoc/>
    public readonly float* Second(int width) => other + *offsets;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance<TWidth, TVector>(TVector first, TVector second)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct => offsets++;
}
