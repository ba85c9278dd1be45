using System.Globalization;
using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Devices;

/// <summary>A device as it is listed before it is opened.</summary>
/// <param name="Name">What <see cref="Device.Open"/> takes.</param>
/// <param name="Kind">The family: cpu, reference, or that of a backend: opencl, cuda, vulkan.</param>
/// <param name="Description">The hardware, in words.</param>
/// <param name="Usable">Whether it can be opened.</param>
/// <param name="Reason">Why not; null when it can.</param>
public sealed record DeviceDescription(string Name, string Kind, string Description, bool Usable, string? Reason);

/// <summary>The devices of this machine.</summary>
public static class DeviceCatalog
{
    private static readonly Lock Gate = new();
    private static DeviceFamily[] families = [];

    /// <summary>Adds a backend's devices. Adding a family again changes nothing.</summary>
    public static void Add(DeviceFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        lock (Gate)
            if (!families.Any(known => known.Kind == family.Kind))
                families = [.. families, family];
    }

    /// <summary>Lists every device, usable or not.</summary>
    public static IReadOnlyList<DeviceDescription> List() =>
    [
        new("cpu", "cpu", CpuDevice.Describe(), true, null),
        new("reference", "reference", ReferenceDevice.Summary, true, null),
        .. families.SelectMany(family => family.List()),
    ];

    internal static Device Open(string name) => name switch
    {
        "cpu" => new CpuDevice(),
        "reference" => new ReferenceDevice(),
        _ => OpenBackend(name),
    };

    private static Device OpenBackend(string name)
    {
        var kind = name.Split(':')[0];
        if (families.FirstOrDefault(family => family.Kind == kind) is not { } family)
            throw new DeviceException($"There is no device '{name}'; this machine has {Names()}.");
        // "opencl" is "opencl:0".
        var full = name == kind ? $"{kind}:0" : name;
        if (family.List().FirstOrDefault(device => device.Name == full) is not { } device)
            throw new DeviceException($"There is no device '{name}'; this machine has {Names()}.");
        if (!device.Usable)
            throw new DeviceException($"The device '{name}' can't be used: {device.Reason}");
        return family.Open(int.Parse(device.Name.AsSpan(kind.Length + 1), CultureInfo.InvariantCulture));

        static string Names() => string.Join(", ", List().Where(device => device.Usable).Select(device => device.Name));
    }
}
