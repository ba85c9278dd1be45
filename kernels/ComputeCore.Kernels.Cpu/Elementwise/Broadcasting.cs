namespace ComputeCore.Kernels.Cpu.Elementwise;

/// <summary>Index arithmetic of operands that are read with strides into a contiguous result.</summary>
internal static class Broadcasting
{
    /// <summary>The highest rank that the kernels take.</summary>
    public const int MaxRank = 8;

    /// <summary>
    /// Writes the element strides with which a contiguous tensor of shape <paramref name="shape"/> is read as one of
    /// <paramref name="result"/>: dimensions align at the last, and one of extent 1 is repeated (stride 0).
    /// </summary>
    public static void Strides(ReadOnlySpan<int> shape, ReadOnlySpan<int> result, Span<long> strides)
    {
        var stride = 1L;
        for (var d = result.Length - 1; d >= 0; d--)
        {
            var source = d - (result.Length - shape.Length);
            var extent = source < 0 ? 1 : shape[source];
            if (extent != 1 && extent != result[d])
                throw new ArgumentException($"A shape [{string.Join(", ", shape.ToArray())}] can't be broadcast to [{string.Join(", ", result.ToArray())}].", nameof(shape));
            strides[d] = extent == 1 ? 0 : stride;
            stride *= extent;
        }
    }

    /// <summary>
    /// Drops dimensions of extent 1 and merges neighbours that every operand walks as one, in place. At least one dimension is
    /// left, of extent 1 if the result has a single element.
    /// </summary>
    /// <param name="extents">The result's dimensions, in room for at least one.</param>
    /// <param name="rank">How many dimensions there are.</param>
    /// <param name="strides">Element strides, [operand, <see cref="MaxRank"/>]; 0 where an operand is repeated.</param>
    /// <param name="operands">How many operands there are.</param>
    /// <returns>How many dimensions are left.</returns>
    public static int Collapse(Span<long> extents, int rank, Span<long> strides, int operands)
    {
        var left = 0;
        for (var d = 0; d < rank; d++)
        {
            if (extents[d] == 1)
                continue;
            if (left > 0 && IsOneWalk(strides, operands, left - 1, d, extents[d]))
                extents[--left] *= extents[d];
            else
                extents[left] = extents[d];
            for (var operand = 0; operand < operands; operand++)
                strides[(operand * MaxRank) + left] = strides[(operand * MaxRank) + d];
            left++;
        }

        if (left > 0)
            return left;
        extents[0] = 1;
        for (var operand = 0; operand < operands; operand++)
            strides[operand * MaxRank] = 0;
        return 1;
    }

    private static bool IsOneWalk(ReadOnlySpan<long> strides, int operands, int outer, int inner, long innerExtent)
    {
        for (var operand = 0; operand < operands; operand++)
        {
            if (strides[(operand * MaxRank) + outer] != strides[(operand * MaxRank) + inner] * innerExtent)
                return false;
        }

        return true;
    }
}
