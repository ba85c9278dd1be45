using System.Reflection;

namespace ComputeCore.Kernels;

/// <summary>
/// A kernel with its type arguments filled in, as all devices take it: as a .NET method for those that compile its IL, and as a
/// SPIR-V module for those that don't.
/// </summary>
/// <remarks>
/// Conventions of the module (Vulkan 1.1): entry point <c>main</c>; the work-group's size in specialization constants 0, 1 and 2;
/// views are storage buffers in descriptor set 0, whose range is the view's exact length; scalars are push constants.
/// </remarks>
public sealed class KernelMethod
{
    private readonly Lazy<MethodInfo> method;
    private readonly Lazy<ReadOnlyMemory<byte>> spirv;

    /// <summary>Describes a kernel. Both forms are made when a device first asks for them.</summary>
    /// <param name="name">The class and the method, for messages and profiles.</param>
    /// <param name="parameters">The parameters in order.</param>
    /// <param name="method">The .NET method, closed over its type arguments.</param>
    /// <param name="spirv">The SPIR-V module; empty if the kernel was not compiled for its type arguments.</param>
    public KernelMethod(string name, IReadOnlyList<KernelParameter> parameters, Func<MethodInfo> method, Func<ReadOnlyMemory<byte>> spirv)
    {
        Name = name;
        Parameters = parameters;
        this.method = new(method);
        this.spirv = new(spirv);
    }

    /// <summary>The class and the method, for messages and profiles.</summary>
    public string Name { get; }

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<KernelParameter> Parameters { get; }

    /// <summary>The .NET method, closed over its type arguments.</summary>
    public MethodInfo Method => method.Value;

    /// <summary>The SPIR-V module, in words of the machine's byte order.</summary>
    /// <exception cref="InvalidOperationException">The kernel was not compiled for its type arguments.</exception>
    public ReadOnlyMemory<byte> Spirv => !spirv.Value.IsEmpty
        ? spirv.Value
        : throw new InvalidOperationException($"The kernel {Name} has no SPIR-V module: add [KernelInstance] with these type arguments to it.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
