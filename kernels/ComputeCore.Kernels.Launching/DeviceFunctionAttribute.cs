namespace ComputeCore.Kernels;

/// <summary>
/// Marks a static method of scalars that kernels assembled at run time may call, such as a link of a fused chain of elementwise
/// operations. The compiler puts it into the assembly's library of SPIR-V functions, under
/// <c>Namespace.Type.Method</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFunctionAttribute : Attribute;
