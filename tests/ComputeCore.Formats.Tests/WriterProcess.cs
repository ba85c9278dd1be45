using System.Diagnostics;
using System.Runtime.InteropServices;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests;

/// <summary>This assembly run as a process of its own: one that writes a file and is killed, or whose disk is full.</summary>
internal static class WriterProcess
{
    private const int Elements = 200_000;

    /// <summary>What the process returns when its write failed. (.NET reports a file above the limit as an argument out of range.)</summary>
    public const int WriteFailed = 3;

    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["write-repeatedly", var path]:
                // Ends by itself, should the test die that was to kill it.
                var lifetime = Stopwatch.StartNew();
                for (var generation = 0; lifetime.Elapsed < TimeSpan.FromSeconds(30); generation++)
                {
                    WriteGeneration(path, generation);
                    if (generation == 0)
                        Console.WriteLine("writing");
                }

                return 0;

            case ["write-with-full-disk", var path]:
                LimitFileSize(Elements);
                try
                {
                    WriteGeneration(path, 1);
                    return 0;
                }
                catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)
                {
                    return WriteFailed;
                }

            default:
                return 1;
        }
    }

    /// <summary>Starts the process.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(WriterProcess).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Writes a file in which every element and the metadata say the same number.</summary>
    public static void WriteGeneration(string path, int generation)
    {
        var values = new int[Elements];
        Array.Fill(values, generation);
        SafetensorsWriter.Write(
            path,
            new Dictionary<string, TensorData> { ["values"] = TensorData.From([Elements], values) },
            new Dictionary<string, string> { ["generation"] = $"{generation}" });
    }

    /// <summary>Reads such a file and fails unless it is whole.</summary>
    public static int ReadGeneration(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var generation = int.Parse(file.Metadata["generation"]);
        Assert.That(file.View("values").AsSpan<int>().IndexOfAnyExcept(generation), Is.EqualTo(-1));
        return generation;
    }

    /// <summary>Lets every write beyond a file size fail, as on a full disk.</summary>
    private static void LimitFileSize(long bytes)
    {
        const int FileSizeLimit = 1, FileSizeSignal = 25, Ignore = 1;
        signal(FileSizeSignal, Ignore);
        Assert.That(setrlimit(FileSizeLimit, [bytes, bytes]), Is.Zero);
    }

    [DllImport("libc")]
    private static extern nint signal(int number, nint handler);

    [DllImport("libc")]
    private static extern int setrlimit(int resource, long[] softAndHard);
}
