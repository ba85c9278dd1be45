namespace ComputeCore.Kernels;

/// <summary>The types of elements that kernels compute with.</summary>
internal static class KernelElements
{
    /// <summary>Bytes of an element.</summary>
    public static int SizeOf(Type type) =>
        type == typeof(byte) ? sizeof(byte)
        : type == typeof(int) || type == typeof(float) ? sizeof(int)
        : type == typeof(long) ? sizeof(long)
        : throw new ArgumentException($"There are no elements of the type {type.Name}.", nameof(type));
}
