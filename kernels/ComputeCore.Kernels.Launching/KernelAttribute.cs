namespace ComputeCore.Kernels;

/// <summary>
/// Marks a static method, written against ILGPU's programming model, as a kernel that every device can run. The containing class
/// must be <c>partial</c>: the compiler adds to it a nested class <c>Dispatch</c> with one method per kernel, which takes the grid,
/// the group and the kernel's arguments and returns a <see cref="KernelDispatch"/>.
/// </summary>
/// <remarks>
/// Parameters are <c>ArrayView&lt;T&gt;</c> of unmanaged elements, at least one element long, and unmanaged scalars or structs of
/// at most 128 bytes together (the least that Vulkan promises for push constants).
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelAttribute : Attribute;
