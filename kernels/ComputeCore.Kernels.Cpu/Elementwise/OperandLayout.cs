namespace ComputeCore.Kernels.Cpu.Elementwise;

/// <summary>How up to three contiguous operands are broadcast to a result, dimensions collapsed.</summary>
internal unsafe struct OperandLayout
{
    /// <summary>The most operands that a typed operation has.</summary>
    public const int MaxOperands = 3;

    private readonly int rank;
    private fixed long extents[Broadcasting.MaxRank];
    private fixed long strides[MaxOperands * Broadcasting.MaxRank];

    /// <summary>Broadcasts two operands to <paramref name="result"/>.</summary>
    public OperandLayout(ReadOnlySpan<int> result, ReadOnlySpan<int> a, ReadOnlySpan<int> b)
        : this(result, a, b, b)
    {
    }

    /// <summary>Broadcasts three operands to <paramref name="result"/>.</summary>
    public OperandLayout(ReadOnlySpan<int> result, ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> c)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(result.Length, Broadcasting.MaxRank, nameof(result));
        fixed (long* e = extents, s = strides)
        {
            Count = 1;
            for (var d = 0; d < result.Length; d++)
                Count *= e[d] = result[d];
            var all = new Span<long>(s, MaxOperands * Broadcasting.MaxRank);
            Broadcasting.Strides(a, result, all);
            Broadcasting.Strides(b, result, all[Broadcasting.MaxRank..]);
            Broadcasting.Strides(c, result, all[(2 * Broadcasting.MaxRank)..]);
            rank = Broadcasting.Collapse(new Span<long>(e, Broadcasting.MaxRank), result.Length, all, MaxOperands);
        }
    }

    /// <summary>Elements of the result.</summary>
    public long Count { get; }

    /// <summary>An operand's step along the innermost dimension.</summary>
    public readonly long InnerStride(int operand) => strides[(operand * Broadcasting.MaxRank) + rank - 1];

    /// <summary>Writes where each operand stands at an element of the result; returns how many elements are left in its row.</summary>
    public readonly long Locate(long element, long* offsets)
    {
        var left = extents[rank - 1] - (element % extents[rank - 1]);
        for (var operand = 0; operand < MaxOperands; operand++)
            offsets[operand] = 0;
        for (var d = rank - 1; d >= 0; d--)
        {
            (element, var position) = Math.DivRem(element, extents[d]);
            for (var operand = 0; operand < MaxOperands; operand++)
                offsets[operand] += position * strides[(operand * Broadcasting.MaxRank) + d];
        }

        return left;
    }
}
