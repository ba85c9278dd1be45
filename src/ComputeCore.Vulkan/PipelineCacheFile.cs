using System.Security.Cryptography;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>
/// What a driver compiled, kept on disk for the next process. Losing the file costs time only; one that is damaged, or that
/// was written by another driver, is not given to the driver.
/// </summary>
/// <remarks>The file is the SHA-256 of the driver's data, then the data.</remarks>
internal sealed unsafe class PipelineCacheFile : IDisposable
{
    private const long MaxFileBytes = 256 << 20;

    private readonly LogicalDevice device;
    private readonly string? path;
    private readonly byte[] known;

    /// <summary>Opens the file of a device and its driver, if there is one.</summary>
    public PipelineCacheFile(LogicalDevice device, string? folder)
    {
        this.device = device;
        path = folder is null ? null : Path.Combine(folder, device.Adapter.Identity + ".bin");
        known = Load(path);
        fixed (byte* data = known)
        {
            var info = new PipelineCacheCreateInfo(initialDataSize: (nuint)known.Length, pInitialData: data);
            PipelineCache created;
            device.Check(device.Api.CreatePipelineCache(device.Handle, &info, null, &created), "Creating a pipeline cache");
            Handle = created;
        }
    }

    /// <summary>The folder <c>computecore/vulkan</c> in the user's cache.</summary>
    public static string DefaultFolder
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache))
                cache = OperatingSystem.IsWindows()
                    ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "computecore", "vulkan");
        }
    }

    /// <summary>What the driver takes and adds to.</summary>
    public PipelineCache Handle { get; }

    /// <summary>Writes the file, if the driver has added to it. Where that is not possible, the next process compiles again.</summary>
    public void Save()
    {
        if (path is null || device.IsLost || Data() is not { } data || data.AsSpan().SequenceEqual(known))
            return;
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(SHA256.HashData(data));
                file.Write(data);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }

    public void Dispose() => device.Api.DestroyPipelineCache(device.Handle, Handle, null);

    private static byte[] Load(string? path)
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length is < SHA256.HashSizeInBytes or > MaxFileBytes)
                return [];
            var file = File.ReadAllBytes(path);
            var data = file[SHA256.HashSizeInBytes..];
            return SHA256.HashData(data).AsSpan().SequenceEqual(file.AsSpan(0, SHA256.HashSizeInBytes)) ? data : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private byte[]? Data()
    {
        nuint size = 0;
        if (device.Api.GetPipelineCacheData(device.Handle, Handle, &size, null) != Result.Success)
            return null;
        var data = new byte[size];
        fixed (byte* first = data)
            return device.Api.GetPipelineCacheData(device.Handle, Handle, &size, first) == Result.Success ? data : null;
    }
}
