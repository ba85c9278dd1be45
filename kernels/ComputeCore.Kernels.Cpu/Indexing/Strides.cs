namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Strides of whole arrays.</summary>
internal static class Strides
{
    /// <summary>The strides, in elements, of a contiguous array.</summary>
    public static void Contiguous(ReadOnlySpan<int> shape, Span<long> strides)
    {
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
    }
}
