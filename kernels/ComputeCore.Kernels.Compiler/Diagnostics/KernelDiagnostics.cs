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

    public static readonly DiagnosticDescriptor PushConstants = Error(
        "CCK0007", "A kernel's scalars take at most 128 bytes", "Pass some of the scalars of {0} in a view: together they take {1} bytes, and Vulkan promises 128");

    public static readonly DiagnosticDescriptor Type = Error(
        "CCK0008", "A type is a number or a struct in source", "Use numbers, enums and structs of this project instead of {0}");

    public static readonly DiagnosticDescriptor Unsupported = Error(
        "CCK0009", "Kernels are a part of C#", "Kernels can't hold {0}; write {1}");

    public static readonly DiagnosticDescriptor NoSource = Error(
        "CCK0010", "What a kernel calls stands in source", "Write {0} in this project, or call a function of Math, MathF or ILGPU that the compiler knows: its source is not here");

    public static readonly DiagnosticDescriptor Recursion = Error(
        "CCK0011", "Kernels don't call themselves", "Write a loop: {0} calls itself, and devices have no stack");

    public static readonly DiagnosticDescriptor StaticField = Error(
        "CCK0012", "Static fields are constants", "Declare {0} const, or readonly with a value, or pass it as a parameter");

    public static readonly DiagnosticDescriptor ViewStored = Error(
        "CCK0013", "A view is named once", "Declare a view of its own instead of {0}: which memory a view looks at is known while compiling, so views are not assigned or stored");

    public static readonly DiagnosticDescriptor ViewChosen = Error(
        "CCK0014", "Views are not chosen at run time", "Choose the elements, not the view: both arms of a condition read from a view of their own");

    public static readonly DiagnosticDescriptor ArraySize = Error(
        "CCK0015", "Arrays have a constant size", "Give the array a constant size");

    public static readonly DiagnosticDescriptor Checked = Error(
        "CCK0016", "Arithmetic is unchecked", "Write unchecked(...): a device can't throw on overflow");

    public static readonly DiagnosticDescriptor Captured = Error(
        "CCK0017", "Local functions capture nothing", "Pass {0} as a parameter of the local function");

    public static readonly DiagnosticDescriptor Returned = Error(
        "CCK0018", "Methods return values", "Let {0} return a value: views and references are not returned");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "ComputeCore.Kernels", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
