using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Devices;

/// <summary>A device as it is listed before it is opened.</summary>
/// <param name="Name">What <see cref="Device.Open"/> takes.</param>
/// <param name="Kind">The family: cpu, reference.</param>
/// <param name="Description">The hardware, in words.</param>
/// <param name="Usable">Whether it can be opened.</param>
/// <param name="Reason">Why not; null when it can.</param>
public sealed record DeviceDescription(string Name, string Kind, string Description, bool Usable, string? Reason);

/// <summary>The devices of this machine.</summary>
public static class DeviceCatalog
{
    /// <summary>Lists every device, usable or not.</summary>
    public static IReadOnlyList<DeviceDescription> List() =>
    [
        new("cpu", "cpu", CpuDevice.Describe(), true, null),
        new("reference", "reference", "every operation in float64 with naive loops: the oracle for tests", true, null),
    ];

    internal static Device Open(string name) => name switch
    {
        "cpu" => new CpuDevice(),
        "reference" => new ReferenceDevice(),
        _ => throw new DeviceException($"There is no device '{name}'; this machine has {string.Join(", ", List().Select(device => device.Name))}."),
    };
}
