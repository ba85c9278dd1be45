namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Where elements of dense tensors lie, as 32-bit numbers, which is what kernels count in.</summary>
internal static class Layouts
{
    /// <summary>How far apart neighbours along each axis lie.</summary>
    public static int[] Strides(Shape shape) => Strides(shape.AsSpan());

    /// <summary>How far apart neighbours along each axis lie.</summary>
    public static int[] Strides(ReadOnlySpan<int> extents)
    {
        var strides = new int[extents.Length];
        var stride = 1;
        for (var axis = extents.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride = checked(stride * extents[axis]);
        }

        return strides;
    }
}
