using System.Diagnostics;

namespace ComputeCore.Devices;

/// <summary>A kernel that a device chose for a node, before it is given memory.</summary>
internal abstract class DeviceKernel
{
    /// <summary>Scratch memory that the kernel needs while it runs.</summary>
    public long WorkspaceBytes { get; init; }

    /// <summary>What the kernel makes of one of its inputs before it runs; null if nothing.</summary>
    public Preparation? Preparation { get; init; }
}

/// <summary>
/// Another form of an input, such as weights in the order in which a kernel reads them. Where the input is a variable that the graph
/// leaves as it is, it is made once and kept until the variable changes; otherwise in every run.
/// </summary>
/// <param name="Input">Which input.</param>
/// <param name="Bytes">The size of its other form.</param>
internal sealed record Preparation(int Input, long Bytes);

/// <summary>A kernel and the memory it works on.</summary>
internal sealed record KernelLaunch(Graphs.Node Node, DeviceKernel Kernel, MemorySlice[] Inputs, MemorySlice[] Outputs, MemorySlice Workspace)
{
    /// <summary>Where the other form of an input is; nowhere in particular for kernels without a <see cref="Preparation"/>.</summary>
    public MemorySlice Prepared { get; init; }

    /// <summary>The variable of whose value that form is made and kept; null if it is made in every run.</summary>
    public Variable? Parameter { get; init; }

    /// <summary>
    /// The variables that alone decide the outputs, whose memory is theirs alone: as long as none of them changes, the kernel need not run
    /// again. Null if it has to run in every run.
    /// </summary>
    public Variable[]? Sources { get; init; }
}

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
