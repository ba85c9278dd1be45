using System.Diagnostics;

namespace ComputeCore.Vulkan.Tests;

/// <summary>This assembly run as a process of its own.</summary>
internal static class ChildProcess
{
    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["list"]:
                foreach (var device in new VulkanFamily().List())
                    Console.WriteLine($"{device.Name} {(device.Usable ? "usable" : device.Reason)}");
                return 0;

            case ["work", var seed]:
                Console.WriteLine(Workload.Run(int.Parse(seed)));
                return 0;

            default:
                return 1;
        }
    }

    /// <summary>Starts the process.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", typeof(ChildProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
