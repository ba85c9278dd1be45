using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Fetching;

/// <summary>Archives of npm, good, damaged and hostile.</summary>
public sealed class NpmPackageTests
{
    private static readonly byte[][] Tokens = [.. new[] { "../", "/", "package/a.txt", "00000000000", "77777777777", "ustar", "\0", "0", "5", "2", "L", "x", "8 path=" }.Select(Encoding.ASCII.GetBytes)];

    [Test]
    public async Task Mutations_of_an_archive_are_unpacked_or_damaged_and_write_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var (archive, target) = (folder.File("package.tgz"), folder.File("target"));
        var valid = Tar(TarEntryType.RegularFile, "package/a.txt", "package/sub/b.txt");
        var random = new Random(20261128);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            // Half of them are damaged before they are compressed, for a checksum finds nearly all that happened later.
            await File.WriteAllBytesAsync(archive, i % 2 == 0 ? Zip(Mutations.Of(valid, Tokens, random)) : Mutations.Of(Zip(valid), Tokens, random));
            Directory.CreateDirectory(target);
            try
            {
                await NpmPackage.UnpackAsync(archive, path => path.EndsWith(".txt", StringComparison.Ordinal) ? $"{path.Length}.txt" : null, target, default);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            Assert.That(folder.FileNames, Is.EqualTo(new[] { "package.tgz" }), $"mutation {i}");
            Assert.That(Directory.EnumerateFileSystemEntries(target).Select(path => new FileInfo(path).LinkTarget), Has.All.Null, $"mutation {i}");
            Directory.Delete(target, recursive: true);
        }

        Assert.That(read, Is.GreaterThan(200));
        Assert.That(refused, Is.GreaterThan(200));
    }

    [Test]
    public async Task Links_and_paths_that_lead_out_are_not_followed()
    {
        using var folder = new TemporaryFolder();
        var (archive, target) = (folder.File("package.tgz"), folder.File("target"));
        Directory.CreateDirectory(target);
        foreach (var type in new[] { TarEntryType.SymbolicLink, TarEntryType.HardLink })
        {
            await File.WriteAllBytesAsync(archive, Zip(Tar(type, "package/a.txt")));
            await NpmPackage.UnpackAsync(archive, _ => "a.txt", target, default);
            Assert.That(Directory.EnumerateFileSystemEntries(target), Is.Empty);
        }

        await File.WriteAllBytesAsync(archive, Zip(Tar(TarEntryType.RegularFile, "package/../../evil.txt")));
        await NpmPackage.UnpackAsync(archive, path => path == "../../evil.txt" ? "good.txt" : null, target, default);
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "package.tgz" }));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(target, "good.txt")), Does.StartWith("package/../../evil.txt"));
    }

    private static byte[] Tar(TarEntryType type, params string[] names)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var name in names)
            {
                var entry = new PaxTarEntry(type, name);
                if (type == TarEntryType.RegularFile)
                    entry.DataStream = new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(name, 50))));
                else
                    entry.LinkName = "/etc/passwd";
                writer.WriteEntry(entry);
            }

        return bytes.ToArray();
    }

    private static byte[] Zip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(content);
        return bytes.ToArray();
    }
}
