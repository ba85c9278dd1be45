using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Devices.Cpu;

/// <summary>An operation that the CPU device can run.</summary>
internal interface ICpuOperation
{
    /// <summary>Chooses the kernel for an application of this operation to tensors of known types.</summary>
    CpuKernel Lower(CpuLowering lowering);
}

/// <summary>What a kernel is chosen by.</summary>
internal sealed class CpuLowering(Node node, WorkerPool pool)
{
    /// <summary>The inputs' types.</summary>
    public IReadOnlyList<TensorType> Inputs { get; } = [.. node.Inputs.Select(input => input.Type)];

    /// <summary>The results' types.</summary>
    public IReadOnlyList<TensorType> Outputs { get; } = [.. node.Outputs.Select(output => output.Type)];

    /// <summary>The threads that will run it.</summary>
    public WorkerPool Pool { get; } = pool;

    /// <summary>Their number; workspaces may depend on it, results must not.</summary>
    public int Workers => Pool.Count;
}

/// <summary>Runs a kernel on the memory it was given. Captures sizes and attributes; must not allocate.</summary>
internal delegate void CpuBody(CpuArguments arguments);

/// <summary>A kernel of the CPU device.</summary>
internal sealed class CpuKernel(CpuBody body) : DeviceKernel
{
    /// <summary>What runs.</summary>
    public CpuBody Body { get; } = body;

    /// <summary>What makes the other form of an input, for kernels with a <see cref="Preparation"/>.</summary>
    public CpuBody? Prepare { get; init; }
}

/// <summary>The memory that a kernel works on, resolved once when the program is linked.</summary>
internal sealed unsafe class CpuArguments(WorkerPool pool, nint[] inputs, nint[] outputs, nint workspace, nint prepared)
{
    /// <summary>The engine's worker threads.</summary>
    public WorkerPool Pool { get; } = pool;

    /// <summary>Scratch memory of the size that the kernel asked for.</summary>
    public byte* Workspace => (byte*)workspace;

    /// <summary>The other form of an input, of the size that the kernel's preparation says.</summary>
    public byte* Prepared => (byte*)prepared;

    /// <summary>The elements of an input.</summary>
    public T* Input<T>(int index)
        where T : unmanaged => (T*)inputs[index];

    /// <summary>The elements of a result.</summary>
    public T* Output<T>(int index)
        where T : unmanaged => (T*)outputs[index];
}
