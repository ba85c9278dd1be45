using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>SPIR-V written by hand, through the tools of Debian's spirv-tools.</summary>
internal static class SpirvAssembler
{
    private static readonly ConcurrentDictionary<string, byte[]> Assembled = [];

    /// <summary>Assembles and validates a module.</summary>
    public static byte[] Assemble(string text) => Assembled.GetOrAdd(text, static text =>
    {
        var module = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():n}.spv");
        try
        {
            Run("spirv-as", text, "--target-env", "vulkan1.1", "-o", module, "-");
            Run("spirv-val", "", "--target-env", "vulkan1.1", module);
            return File.ReadAllBytes(module);
        }
        finally
        {
            File.Delete(module);
        }
    });

    private static void Run(string tool, string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardInput = true, RedirectStandardError = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }
}
