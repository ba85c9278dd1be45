using Microsoft.CodeAnalysis;

namespace ComputeCore.Kernels.Compiler.Diagnostics;

/// <summary>All that the compiler may complain about. The project's README has a row for each.</summary>
internal static class KernelDiagnostics
{
    public static readonly DiagnosticDescriptor NotPartial = Error(
        "CCK0001", "A class with kernels is partial", "Declare {0} partial: the compiler adds the launch methods of its kernels to it");

    public static readonly DiagnosticDescriptor GenericClass = Error(
        "CCK0002", "A class with kernels is not generic", "Move the kernel out of the generic type {0} and make the method generic instead");

    public static readonly DiagnosticDescriptor KernelShape = Error(
        "CCK0003", "A kernel is a static void method, public or internal", "Declare the kernel {0} as a public or internal static method that returns void");

    public static readonly DiagnosticDescriptor KernelOverloads = Error(
        "CCK0004", "A kernel's name is unique in its class", "Give each of the kernels named {0} a name of its own");

    public static readonly DiagnosticDescriptor KernelParameter = Error(
        "CCK0005", "A kernel's parameters are views and unmanaged values", "Pass {0} by value as an ArrayView<T> or an unmanaged type: {1} is neither");

    public static readonly DiagnosticDescriptor KernelInstance = Error(
        "CCK0006", "A kernel instance has one type per type parameter", "Give the kernel instance of {0} exactly {1} types");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "ComputeCore.Kernels", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
