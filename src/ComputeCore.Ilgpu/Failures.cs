using ComputeCore.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace ComputeCore.Ilgpu;

/// <summary>Turns ILGPU's exceptions into the engine's.</summary>
internal static class Failures
{
    public static void Guard(string device, Action action) => Guard(device, () =>
    {
        action();
        return 0;
    });

    public static T Guard<T>(string device, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is AcceleratorException or CapabilityNotSupportedException or InternalCompilerException)
        {
            throw new DeviceException($"The device {device} failed: {Innermost(e)}", e);
        }
    }

    private static string Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e.Message;
}
