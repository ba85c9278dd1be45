namespace ComputeCore.Kernels;

/// <summary>
/// Names the type arguments that a generic kernel is compiled for ahead of time. Devices that compile at run time take any
/// arguments; Vulkan takes those that stand here.
/// </summary>
/// <param name="typeArguments">One type per type parameter of the kernel.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class KernelInstanceAttribute(params Type[] typeArguments) : Attribute
{
    /// <summary>One type per type parameter of the kernel.</summary>
    public IReadOnlyList<Type> TypeArguments { get; } = typeArguments;
}
