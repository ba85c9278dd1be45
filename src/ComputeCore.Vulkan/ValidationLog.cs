using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ComputeCore.Devices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>What the validation layer says of an instance and all that belongs to it.</summary>
internal sealed unsafe class ValidationLog : IDisposable
{
    private readonly ConcurrentQueue<string> messages = [];
    private GCHandle handle;

    public ValidationLog() => handle = GCHandle.Alloc(this);

    /// <summary>How the layer is told to call this log, at any time from the instance's creation to its end.</summary>
    public DebugUtilsMessengerCreateInfoEXT Messenger => new(
        messageSeverity: DebugUtilsMessageSeverityFlagsEXT.WarningBitExt | DebugUtilsMessageSeverityFlagsEXT.ErrorBitExt,
        messageType: DebugUtilsMessageTypeFlagsEXT.ValidationBitExt | DebugUtilsMessageTypeFlagsEXT.PerformanceBitExt,
        pfnUserCallback: new PfnDebugUtilsMessengerCallbackEXT(
            (delegate* unmanaged[Cdecl]<DebugUtilsMessageSeverityFlagsEXT, DebugUtilsMessageTypeFlagsEXT, DebugUtilsMessengerCallbackDataEXT*, void*, Bool32>)&Receive),
        pUserData: (void*)GCHandle.ToIntPtr(handle));

    /// <summary>Throws if anything was reported since the last call.</summary>
    /// <exception cref="DeviceException">The messages.</exception>
    public void ThrowIfAny()
    {
        if (messages.IsEmpty)
            return;
        var reported = string.Join("\n", messages);
        messages.Clear();
        throw new DeviceException($"The Vulkan validation layer reports:\n{reported}");
    }

    /// <summary>Ends the log, once the instance is gone.</summary>
    public void Dispose() => handle.Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static Bool32 Receive(
        DebugUtilsMessageSeverityFlagsEXT severity,
        DebugUtilsMessageTypeFlagsEXT type,
        DebugUtilsMessengerCallbackDataEXT* data,
        void* log)
    {
        ((ValidationLog)GCHandle.FromIntPtr((nint)log).Target!).messages.Enqueue(Marshal.PtrToStringUTF8((nint)data->PMessage) ?? "");
        return false;
    }
}
