using System.Diagnostics;

namespace ComputeCore.Devices;

/// <summary>A kernel that a device chose for a node, before it is given memory.</summary>
internal abstract class DeviceKernel
{
    /// <summary>Scratch memory that the kernel needs while it runs.</summary>
    public long WorkspaceBytes { get; init; }
}

/// <summary>A kernel and the memory it works on.</summary>
internal sealed record KernelLaunch(Graphs.Node Node, DeviceKernel Kernel, MemorySlice[] Inputs, MemorySlice[] Outputs, MemorySlice Workspace);

/// <summary>Launches in order, ready to run again and again.</summary>
internal abstract class DeviceProgram : IDisposable
{
    /// <summary>Runs every launch and returns when the results can be read.</summary>
    /// <param name="inspect">Called after each launch, when its results can be read; null in normal operation.</param>
    public abstract void Run(Action<KernelLaunch>? inspect = null);

    /// <summary>Runs every launch, one after the other, and adds the seconds that each took.</summary>
    /// <param name="seconds">One element per launch.</param>
    public virtual void Time(double[] seconds)
    {
        var (launch, start) = (0, Stopwatch.GetTimestamp());
        Run(_ =>
        {
            seconds[launch++] += Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
        });
    }

    /// <summary>Releases what the program holds besides the memory it works on.</summary>
    public virtual void Dispose()
    {
    }
}
