using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Diagnostics;

/// <summary>Leaves a statement that can't be compiled; the error is reported and compilation goes on with the next.</summary>
internal sealed class KernelException(DiagnosticDescriptor descriptor, Location location, params string[] arguments) : Exception
{
    public KernelError Error { get; } = new(descriptor, location, arguments);
}
