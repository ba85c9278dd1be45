using System.Runtime.InteropServices;

namespace ComputeCore.Devices.Cpu;

/// <summary>
/// Asks Linux to back large blocks with pages of 2 MiB: an arena of many megabytes is walked in every step, and with pages of
/// 4 KiB its addresses do not fit into the processor's translation caches.
/// </summary>
internal static partial class HugePages
{
    /// <summary>The size of a huge page, to which a block must be aligned to have them.</summary>
    public const nuint Size = 2 << 20;

    private const int MadviseHugePage = 14;

    /// <summary>Asks; where the system has none, nothing changes.</summary>
    public static unsafe void AdviseFor(byte* block, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Madvise(block, bytes, MadviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static unsafe partial int Madvise(void* address, nuint length, int advice);
}
