using System.Diagnostics;

namespace ComputeCore.Cli;

/// <summary>What this process has used.</summary>
internal static class ProcessMemory
{
    /// <summary>The largest resident size so far.</summary>
    public static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
