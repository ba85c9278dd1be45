using ComputeCore.Devices;
using ILGPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using IlgpuHardware = ILGPU.Runtime.Device;

namespace ComputeCore.Ilgpu;

/// <summary>The CUDA and OpenCL devices.</summary>
public static class IlgpuDevices
{
    /// <summary>Adds <c>cuda:0</c>, <c>opencl:0</c> and so on to the device catalog. Calling it again changes nothing.</summary>
    public static void Register()
    {
        DeviceCatalog.Add(new CudaFamily());
        DeviceCatalog.Add(new OpenClFamily());
    }
}

/// <summary>Devices that ILGPU finds in one way.</summary>
internal abstract class IlgpuFamily : DeviceFamily
{
    public sealed override IReadOnlyList<DeviceDescription> List()
    {
        try
        {
            using var context = CreateContext();
            var found = Find(context);
            return found.Count == 0
                ? [Unusable(Missing)]
                : [.. found.Select((hardware, i) => new DeviceDescription($"{Kind}:{i}", Kind, Describe(hardware), true, null))];
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or NotSupportedException)
        {
            return [Unusable(Missing)];
        }
    }

    public sealed override Device Open(int index)
    {
        var context = CreateContext();
        try
        {
            var found = Find(context);
            if (index >= found.Count)
                throw new DeviceException($"There is no device '{Kind}:{index}' any more. {Missing}");
            return new IlgpuDevice($"{Kind}:{index}", Describe(found[index]), context, found[index]);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Why there may be no device, and what to do.</summary>
    protected abstract string Missing { get; }

    protected abstract void Configure(Context.Builder builder);

    protected abstract IReadOnlyList<IlgpuHardware> Find(Context context);

    protected abstract string Describe(IlgpuHardware hardware);

    private Context CreateContext() => Context.Create(builder => Configure(builder.Optimize(OptimizationLevel.O2)));

    private DeviceDescription Unusable(string reason) => new($"{Kind}:0", Kind, "none found", false, reason);
}

/// <summary>NVIDIA's GPUs, through their driver.</summary>
internal sealed class CudaFamily : IlgpuFamily
{
    public override string Kind => "cuda";

    protected override string Missing => "No NVIDIA GPU with a driver was found; install NVIDIA's driver.";

    protected override void Configure(Context.Builder builder) => builder.Cuda();

    protected override IReadOnlyList<IlgpuHardware> Find(Context context) => [.. context.GetCudaDevices()];

    protected override string Describe(IlgpuHardware hardware) =>
        hardware is CudaDevice cuda ? $"{cuda.Name}, {cuda.Architecture}, driver {cuda.DriverVersion}" : hardware.Name;
}

/// <summary>Everything with an OpenCL driver, processors through PoCL included; NVIDIA's GPUs are better reached through CUDA.</summary>
internal sealed class OpenClFamily : IlgpuFamily
{
    public override string Kind => "opencl";

    protected override string Missing => "No OpenCL driver was found; install that of the GPU's maker, or PoCL (Debian: pocl-opencl-icd).";

    protected override void Configure(Context.Builder builder)
    {
        OpenClDriver.Prepare();
        builder.OpenCL(device =>
        {
            OpenClDriver.AcceptWithoutGenericAddressSpace(device);
            return true;
        });
    }

    protected override IReadOnlyList<IlgpuHardware> Find(Context context) => [.. context.GetCLDevices()];

    protected override string Describe(IlgpuHardware hardware) =>
        hardware is CLDevice device
            ? $"{device.Name.Trim()}, {device.PlatformName.Trim()}, {device.DeviceVersion}, driver {DriverVersion(device)}"
            : hardware.Name;

    private static string DriverVersion(CLDevice device) => CLAPI.CurrentAPI.GetDeviceInfo(device.DeviceId, CLDeviceInfoType.CL_DRIVER_VERSION);
}
