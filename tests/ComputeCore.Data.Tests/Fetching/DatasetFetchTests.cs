using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ComputeCore.Data.Tests.Idx;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Fetching;

public sealed class DatasetFetchTests
{
    private static readonly byte[] Content = IdxBytes.Random(1000, seed: 1);

    private static readonly DatasetFile[] Files =
    [
        new("a.gz", Content.Length, Convert.ToHexStringLower(SHA256.HashData(Content))),
        new("b.gz", 0, Convert.ToHexStringLower(SHA256.HashData([]))),
    ];

    [Test]
    public async Task Files_that_are_right_appear_together()
    {
        using var folder = new TemporaryFolder();
        var target = folder.File("set");
        Assert.That(await Cache(target).FetchAsync(PutFiles, default), Is.EqualTo(target));
        Assert.That(Names(folder), Is.EqualTo(new[] { "set", "set/a.gz", "set/b.gz" }));
    }

    [Test]
    public async Task A_complete_folder_is_used_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await Cache(folder.File("set")).FetchAsync(PutFiles, default);
        await Cache(folder.File("set")).FetchAsync(_ => throw new InvalidOperationException("nothing should be fetched"), default);
    }

    [Test]
    public async Task A_damaged_file_is_refused_and_leaves_nothing([Values("content", "length", "gzip", "missing")] string damage)
    {
        using var folder = new TemporaryFolder();
        await AssertFails(folder, staging =>
        {
            PutFiles(staging);
            var wrong = (byte[])Content.Clone();
            wrong[500] ^= 1;
            var path = Path.Combine(staging, "a.gz");
            switch (damage)
            {
                case "content": File.WriteAllBytes(path, IdxBytes.Compressed(wrong)); break;
                case "length": File.WriteAllBytes(path, IdxBytes.Compressed([.. Content, 0])); break;
                case "gzip": File.WriteAllBytes(path, Content); break;
                default: File.Delete(path); break;
            }

            return Task.CompletedTask;
        }, "a.gz");
    }

    [Test]
    public async Task A_fetch_that_is_stopped_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        await Assert.ThatAsync(() => Cache(folder.File("set")).FetchAsync(staging =>
        {
            File.WriteAllText(Path.Combine(staging, "half"), "done");
            source.Cancel();
            source.Token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        }, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Names(folder), Is.Empty);
    }

    [Test]
    public async Task What_a_killed_fetch_left_is_cleared_away()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("set.partial"));
        File.WriteAllText(folder.File("set.partial/half"), "done");
        File.WriteAllText(folder.File("set.lock"), "");
        await Cache(folder.File("set")).FetchAsync(PutFiles, default);
        Assert.That(Names(folder), Is.EqualTo(new[] { "set", "set/a.gz", "set/b.gz" }));
    }

    [Test]
    public async Task A_second_process_is_told_to_wait()
    {
        using var folder = new TemporaryFolder();
        using var first = new FileStream(folder.File("set.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        await Assert.ThatAsync(
            () => Cache(folder.File("set")).FetchAsync(PutFiles, default),
            Throws.TypeOf<DatasetFetchException>().With.Message.Contains("another process"));
    }

    [Test]
    public async Task A_folder_with_other_things_is_not_touched()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("set"));
        File.WriteAllText(folder.File("set/mine"), "dear");
        await Assert.ThatAsync(
            () => Cache(folder.File("set")).FetchAsync(PutFiles, default),
            Throws.TypeOf<DatasetFetchException>().With.Message.Contains("move it away"));
        Assert.That(Names(folder), Is.EqualTo(new[] { "set", "set/mine" }));
    }

    [Test]
    [Platform("Linux")]
    public Task A_cache_that_cannot_be_written_is_explained() => Assert.ThatAsync(
        () => Cache("/proc/computecore/set").FetchAsync(PutFiles, default),
        Throws.TypeOf<DatasetFetchException>().With.Message.Contains("--data DIR"));

    [Test]
    [Platform("Linux")]
    public async Task Apt_without_lists_is_explained()
    {
        using var folder = new TemporaryFolder();
        using var tools = new FakeTools("echo 'E: Unable to locate package fake' >&2; exit 100", "exit 1");
        await AssertFails(folder, staging => DebianPackage.FetchAsync("fake", "usr/share/fake", Files, staging, null, default), "apt-get update");
    }

    [Test]
    [Platform("Linux")]
    public async Task Another_failure_of_apt_is_told()
    {
        using var folder = new TemporaryFolder();
        using var tools = new FakeTools("echo noise >&2; echo 'E: Failed to fetch it' >&2; exit 100", "exit 1");
        await AssertFails(folder, staging => DebianPackage.FetchAsync("fake", "usr/share/fake", Files, staging, null, default), "E: Failed to fetch it");
    }

    [Test]
    [Platform("Linux")]
    public async Task A_package_without_the_files_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var tools = new FakeTools("touch fake_1_all.deb", "mkdir content");
        await AssertFails(folder, staging => DebianPackage.FetchAsync("fake", "usr/share/fake", Files, staging, null, default), "does not hold usr/share/fake/a.gz");
    }

    [Test]
    [Platform("Linux")]
    public async Task Files_of_a_package_are_taken_out()
    {
        using var folder = new TemporaryFolder();
        await PutFiles(folder.File(""));
        using var tools = new FakeTools("touch fake_1_all.deb", $"mkdir -p content/usr/share/fake && cp '{folder.File("a.gz")}' '{folder.File("b.gz")}' content/usr/share/fake");
        await Cache(folder.File("set")).FetchAsync(staging => DebianPackage.FetchAsync("fake", "usr/share/fake", Files, staging, null, default), default);
        Assert.That(Names(folder), Is.SupersetOf(new[] { "set/a.gz", "set/b.gz" }).And.Exactly(5).Items);
    }

    [Test]
    [Platform("Linux")]
    public async Task Apt_is_killed_when_the_fetch_is_stopped()
    {
        using var folder = new TemporaryFolder();
        using var tools = new FakeTools("sleep 60", "exit 1");
        using var source = new CancellationTokenSource(100);
        await Assert.ThatAsync(
            () => Cache(folder.File("set")).FetchAsync(staging => DebianPackage.FetchAsync("fake", "x", Files, staging, null, source.Token), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Names(folder), Is.Empty);
    }

    [Test]
    public async Task Files_are_downloaded_with_progress()
    {
        using var folder = new TemporaryFolder();
        using var server = new Server(200, IdxBytes.Compressed(Content), IdxBytes.Compressed([]));
        var steps = new Steps();
        await Cache(folder.File("set")).FetchAsync(staging => HttpDownload.FetchAsync(server.Address, Files, staging, steps, default), default);
        Assert.That(Names(folder), Is.EqualTo(new[] { "set", "set/a.gz", "set/b.gz" }));
        var length = IdxBytes.Compressed(Content).Length;
        Assert.That(steps.Seen, Does.Contain(new FetchProgress("Downloading a.gz", length, length)));
    }

    [Test]
    public async Task A_server_without_the_file_is_explained()
    {
        using var folder = new TemporaryFolder();
        using var server = new Server(404, [[]]);
        await AssertFails(folder, staging => HttpDownload.FetchAsync(server.Address, Files, staging, null, default), "a.gz could not be downloaded");
    }

    [Test]
    public async Task A_server_that_sends_too_much_is_cut_off()
    {
        using var folder = new TemporaryFolder();
        using var server = new Server(200, new byte[Content.Length + 100_000]);
        await AssertFails(folder, staging => HttpDownload.FetchAsync(server.Address, Files, staging, null, default), "more than the file can hold");
    }

    [Test]
    public async Task A_connection_that_breaks_is_explained()
    {
        using var folder = new TemporaryFolder();
        using var server = new Server(200, new byte[100]) { DeclaredLength = 500 };
        await AssertFails(folder, staging => HttpDownload.FetchAsync(server.Address, Files, staging, null, default), "could not be downloaded");
    }

    private static DatasetCache Cache(string folder) => new("The set", folder, Files, null);

    private static async Task AssertFails(TemporaryFolder folder, Func<string, Task> obtain, string reason)
    {
        await Assert.ThatAsync(
            () => Cache(folder.File("set")).FetchAsync(obtain, default),
            Throws.TypeOf<DatasetFetchException>().With.Message.StartsWith("The set could not be fetched: ").And.Message.Contains(reason).And.Message.Contains("--data DIR"));
        Assert.That(Names(folder), Is.Empty);
    }

    private static Task PutFiles(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "a.gz"), IdxBytes.Compressed(Content));
        File.WriteAllBytes(Path.Combine(folder, "b.gz"), IdxBytes.Compressed([]));
        return Task.CompletedTask;
    }

    private static string[] Names(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.File(""), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder.File(""), path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    private sealed class Steps : IProgress<FetchProgress>
    {
        public List<FetchProgress> Seen { get; } = [];

        public void Report(FetchProgress value) => Seen.Add(value);
    }

    /// <summary>Scripts in the places of apt-get and dpkg-deb.</summary>
    private sealed class FakeTools : IDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly string oldPath = Environment.GetEnvironmentVariable("PATH")!;

        public FakeTools(string aptGet, string dpkgDeb)
        {
            Write("apt-get", aptGet);
            Write("dpkg-deb", dpkgDeb);
            Environment.SetEnvironmentVariable("PATH", folder.File("") + Path.PathSeparator + oldPath);
        }

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("PATH", oldPath);
            folder.Dispose();
        }

        private void Write(string name, string script)
        {
            File.WriteAllText(folder.File(name), $"#!/bin/sh\n{script}\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Answers one request after another, each with the next body.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Server(int status, params byte[][] bodies)
        {
            listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
            _ = Task.Run(async () =>
            {
                foreach (var body in bodies)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await using var stream = client.GetStream();
                    var request = new byte[4096];
                    await stream.ReadAtLeastAsync(request, 1);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: {DeclaredLength ?? body.Length}\r\nConnection: close\r\n\r\n"));
                    await stream.WriteAsync(body);
                }
            });
        }

        public Uri Address { get; }

        public int? DeclaredLength { get; init; }

        public void Dispose() => listener.Dispose();
    }
}
