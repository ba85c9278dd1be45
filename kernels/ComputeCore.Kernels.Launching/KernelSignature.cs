using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ComputeCore.Kernels;

/// <summary>Lists a kernel's parameters in order and gives each its slot.</summary>
public sealed class KernelSignature
{
    private readonly List<KernelParameter> parameters = [];
    private int views;
    private int bytes;

    /// <summary>The parameters so far.</summary>
    public IReadOnlyList<KernelParameter> Parameters => parameters;

    /// <summary>Adds a view: the next binding.</summary>
    public KernelSignature View<T>(string name)
        where T : unmanaged
    {
        parameters.Add(new KernelParameter(name, typeof(T), true, views++, Unsafe.SizeOf<T>()));
        return this;
    }

    /// <summary>Adds a scalar: the next push constant at the type's natural alignment.</summary>
    public KernelSignature Scalar<T>(string name)
        where T : unmanaged
    {
        var alignment = Unsafe.SizeOf<Aligned<T>>() - Unsafe.SizeOf<T>();
        var offset = (bytes + alignment - 1) / alignment * alignment;
        bytes = offset + Unsafe.SizeOf<T>();
        parameters.Add(new KernelParameter(name, typeof(T), false, offset, Unsafe.SizeOf<T>()));
        return this;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Aligned<T>
        where T : unmanaged
    {
        public byte Before;
        public T Value;
    }
}
