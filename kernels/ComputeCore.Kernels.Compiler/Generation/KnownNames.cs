namespace ComputeCore.Kernels.Compiler.Generation;

/// <summary>Names of what the compiler recognizes in source.</summary>
internal static class KnownNames
{
    public const string KernelAttribute = "ComputeCore.Kernels.KernelAttribute";
    public const string KernelInstanceAttribute = "ComputeCore.Kernels.KernelInstanceAttribute";
    public const string DeviceFunctionAttribute = "ComputeCore.Kernels.DeviceFunctionAttribute";
}
