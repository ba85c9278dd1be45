using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Diagnostics;

/// <summary>A diagnostic to be: what, where, and the words that fill the message.</summary>
internal readonly struct KernelError(DiagnosticDescriptor descriptor, Location location, params string[] arguments)
{
    public Diagnostic ToDiagnostic() => Diagnostic.Create(descriptor, location, arguments);
}
