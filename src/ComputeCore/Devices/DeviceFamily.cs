namespace ComputeCore.Devices;

/// <summary>Devices reached in one way, such as through OpenCL. A backend's package adds its families to the <see cref="DeviceCatalog"/>.</summary>
public abstract class DeviceFamily
{
    /// <summary>The part of a device's name before the colon: <c>opencl</c> of <c>opencl:0</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>
    /// Lists the family's devices, named <c>kind:0</c>, <c>kind:1</c> and so on, usable or not. Where there is none, a single
    /// unusable <c>kind:0</c> says why.
    /// </summary>
    public abstract IReadOnlyList<DeviceDescription> List();

    /// <summary>Opens one of the listed devices that is usable.</summary>
    /// <param name="index">The number behind the colon.</param>
    /// <exception cref="DeviceException">The device can't be opened; the message says why.</exception>
    public abstract Device Open(int index);
}
