using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.OpenCL;

namespace ComputeCore.Ilgpu;

/// <summary>Lets ILGPU find OpenCL's loader and take drivers that it would refuse.</summary>
internal static class OpenClDriver
{
    private static readonly Lazy<bool> Resolver = new(InstallResolver);

    /// <summary>
    /// ILGPU asks for the library "OpenCL", which on Linux names libOpenCL.so: a link that only development packages bring. The
    /// loader itself is libOpenCL.so.1.
    /// </summary>
    public static void Prepare() => _ = Resolver.Value;

    /// <summary>
    /// ILGPU 1.5 refuses drivers without OpenCL 2's generic address space, such as PoCL 3.1 and NVIDIA's, though code of kernels
    /// that never mix address spaces, such as all of ours, compiles there. Its capability has a setter that is not public.
    /// </summary>
    public static void AcceptWithoutGenericAddressSpace(CLDevice device)
    {
        if (device.Capabilities.GenericAddressSpace)
            return;
        var property = typeof(CLCapabilityContext).GetProperty(nameof(CLCapabilityContext.GenericAddressSpace))!;
        property.GetSetMethod(nonPublic: true)!.Invoke(device.Capabilities, [true]);
    }

    private static bool InstallResolver()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The application, or ILGPU itself under WSL, has its own resolver.
            return false;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "OpenCL" && NativeLibrary.TryLoad("libOpenCL.so.1", out var library) ? library : 0;
}
