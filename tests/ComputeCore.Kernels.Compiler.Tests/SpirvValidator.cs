using System.Diagnostics;

namespace ComputeCore.Kernels.Testing;

/// <summary>Khronos' validator, from Debian's package spirv-tools.</summary>
internal static class SpirvValidator
{
    /// <summary>What <c>spirv-val</c> says of a module; empty if it is valid.</summary>
    public static string Complaints(ReadOnlySpan<byte> module, string environment = "vulkan1.1")
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, module);
            using var process = Process.Start(new ProcessStartInfo("spirv-val", ["--target-env", environment, file])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            var text = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : text.Result + error;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
