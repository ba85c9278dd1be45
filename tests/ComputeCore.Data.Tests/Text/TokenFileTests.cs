using ComputeCore.Formats;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Text;

public sealed class TokenFileTests
{
    [TestCase(65536)]
    [TestCase(65537)]
    public void What_is_written_is_read(int vocabularySize)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        int[] ids = [0, vocabularySize - 1, .. Enumerable.Range(0, 100_000).Select(_ => random.Next(vocabularySize))];
        TokenFile.Write(folder.File("tokens"), vocabularySize, writer =>
        {
            for (var i = 0; i < ids.Length; i += 777)
                writer.Append(ids.AsSpan(i, Math.Min(777, ids.Length - i)));
        });
        Assert.That(new FileInfo(folder.File("tokens")).Length, Is.EqualTo(32 + ((vocabularySize > 65536 ? 4L : 2L) * ids.Length)));

        using var file = TokenFile.Open(folder.File("tokens"));
        Assert.That((file.Count, file.VocabularySize), Is.EqualTo(((long)ids.Length, vocabularySize)));
        var read = new int[ids.Length];
        file.Read(0, read);
        Assert.That(read, Is.EqualTo(ids));
        file.Read(ids.Length - 3L, read.AsSpan(0, 3));
        Assert.That(read[..3], Is.EqualTo(ids[^3..]));
        Assert.That(() => file.Read(ids.Length - 2L, new int[3]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => file.Read(-1, new int[1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void An_id_out_of_range_is_refused_and_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("tokens"), 10, 1, 2, 3);
        Assert.That(() => Write(folder.File("tokens"), 10, 4, 10), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("The id 10 at place 1"));
        using var file = TokenFile.Open(folder.File("tokens"));
        Assert.That(file.Count, Is.EqualTo(3));
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "tokens" }));
    }

    [Test]
    public void An_id_in_the_file_that_the_vocabulary_lacks_is_found_when_it_is_read()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("tokens"), 10, 1, 2, 3);
        var bytes = File.ReadAllBytes(folder.File("tokens"));
        bytes[32 + 2] = 77;
        File.WriteAllBytes(folder.File("tokens"), bytes);
        using var file = TokenFile.Open(folder.File("tokens"));
        Assert.That(() => file.Read(0, new int[3]), Throws.TypeOf<InvalidFileException>().With.Message.Contains("the id 77 at place 1"));
    }

    [Test]
    public void Every_damage_to_the_header_and_every_other_length_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("tokens");
        Write(path, 10, 1, 2, 3, 4);
        var valid = File.ReadAllBytes(path);
        for (var length = 0; length < valid.Length; length++)
            Refuse(valid[..length]);
        Refuse([.. valid, 0]);
        for (var at = 0; at < 24; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. valid];
                damaged[at] ^= (byte)(1 << bit);
                Refuse(damaged);
            }
        }

        Refuse([.. valid[..24], 0, 0, 0, 0, .. valid[28..]]);
        Refuse([.. valid[..24], 0xFF, 0xFF, 0xFF, 0xFF, .. valid[28..]]);

        void Refuse(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            Assert.That(() => TokenFile.Open(path), Throws.TypeOf<InvalidFileException>().With.Message.Contains(path));
        }
    }

    private static void Write(string path, int vocabularySize, params int[] ids) => TokenFile.Write(path, vocabularySize, writer => writer.Append(ids));
}
