using System.Diagnostics;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>Khronos' validator, from Debian's package spirv-tools.</summary>
internal static class SpirvValidator
{
    /// <summary>What <c>spirv-val</c> says of a module; empty if it is valid.</summary>
    public static string Complaints(ReadOnlySpan<byte> module)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, module);
            using var process = Process.Start(new ProcessStartInfo("spirv-val", ["--target-env", "vulkan1.1", file])
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
