using ComputeCore.Formats;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Idx;

public sealed class IdxFileTests
{
    [Test]
    public void Bytes_are_read_plain_and_compressed([Values] bool isCompressed)
    {
        var elements = IdxBytes.Random(2 * 3 * 5, seed: 1);
        var content = IdxBytes.File(0x08, [2, 3, 5], elements);
        var data = Parse(isCompressed ? IdxBytes.Compressed(content) : content);
        Assert.That(data.Type, Is.EqualTo(new TensorType(ElementType.UInt8, [2, 3, 5])));
        Assert.That(data.Bytes.ToArray(), Is.EqualTo(elements));
    }

    [Test]
    public void Content_larger_than_a_chunk_is_read([Values(65_535, 65_536, 65_537, 1_000_000)] int count)
    {
        var elements = IdxBytes.Random(count, seed: 2);
        Assert.That(Parse(IdxBytes.Compressed(IdxBytes.File(0x08, [count], elements))).Bytes.SequenceEqual(elements));
    }

    [Test]
    public void Content_that_compresses_best_is_read()
    {
        // Zeros come close to deflate's largest ratio.
        var data = Parse(IdxBytes.Compressed(IdxBytes.File(0x08, [8_000_000], new byte[8_000_000])));
        Assert.That(data.Bytes.ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void Numbers_are_big_endian()
    {
        Assert.That(Parse(IdxBytes.File(0x0C, [2], 0, 0, 1, 2, 255, 255, 255, 254)).AsSpan<int>().ToArray(), Is.EqualTo(new[] { 258, -2 }));
        Assert.That(Parse(IdxBytes.File(0x0D, [1], 0xC0, 0x20, 0, 0)).Item<float>(), Is.EqualTo(-2.5f));
        Assert.That(Parse(IdxBytes.File(0x0E, [1], 0xC0, 0x04, 0, 0, 0, 0, 0, 0)).Item<double>(), Is.EqualTo(-2.5));
    }

    [Test]
    public void No_elements_are_valid() => Assert.That(Parse(IdxBytes.File(0x08, [0, 28, 28])).Shape, Is.EqualTo(Shape.Create([0, 28, 28])));

    [Test]
    public void Every_shorter_file_is_refused([Values] bool isCompressed)
    {
        var file = IdxBytes.File(0x08, [3, 40], IdxBytes.Random(120, seed: 3));
        if (isCompressed)
            file = IdxBytes.Compressed(file);
        for (var length = 0; length < file.Length; length++)
            Assert.Throws<InvalidFileException>(() => Parse(file[..length]), $"{length} of {file.Length} bytes");
    }

    [Test]
    public void Trailing_bytes_are_refused([Values] bool isCompressed, [Values(1, 4, 100)] int count)
    {
        var file = IdxBytes.File(0x08, [3], 1, 2, 3);
        if (isCompressed)
            file = IdxBytes.Compressed(file);
        Assert.Throws<InvalidFileException>(() => Parse([.. file, .. new byte[count]]));
        Assert.Throws<InvalidFileException>(() => Parse([.. file, .. file]));
    }

    [Test]
    public void Trailing_bytes_in_compressed_content_are_refused() =>
        AssertRefused(IdxBytes.Compressed(IdxBytes.File(0x08, [2], 1, 2, 3)), "holds more");

    [Test]
    public void A_wrong_checksum_is_refused()
    {
        var file = IdxBytes.Compressed(IdxBytes.File(0x08, [3], 1, 2, 3));
        file[^5] ^= 1;
        AssertRefused(file, "corrupt gzip");
    }

    [Test]
    public void Wrong_headers_are_refused_with_a_reason()
    {
        AssertRefused([1, 0, 8, 1, 0, 0, 0, 0], "01 00");
        AssertRefused(IdxBytes.File(0x07, [1], 1), "07 at byte 2");
        AssertRefused(IdxBytes.File(0x09, [1], 1), "does not support");
        AssertRefused(IdxBytes.File(0x08, []), "rank 0");
        AssertRefused(IdxBytes.File(0x08, [1, 1, 1, 1, 1, 1, 1, 1, 1], 1), "rank 9");
        AssertRefused(IdxBytes.File(0x08, [-1], 1), "extent 4294967295 at byte 4");
        AssertRefused(IdxBytes.File(0x08, [65_536, 65_536], 1), "extent 65536 at byte 8");
        AssertRefused(IdxBytes.File(0x0E, [int.MaxValue - 100], 1), "bytes follow");
        AssertRefused("<html>not found</html>"u8.ToArray(), "3C 68");
    }

    [TestCase(2_000_000_000)]
    [TestCase(1_000_000)]
    public void A_size_that_the_compressed_file_cannot_hold_is_refused_without_allocating_it(int declared)
    {
        var file = IdxBytes.Compressed(IdxBytes.File(0x08, [declared], 1, 2, 3));
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(file, "more than its");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
    }

    [Test]
    public void A_file_is_named_and_a_missing_one_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("labels"), [0, 0, 8]);
        Assert.That(() => IdxFile.Read(folder.File("labels")), Throws.TypeOf<InvalidFileException>().With.Message.Contains(folder.File("labels")));
        Assert.That(() => IdxFile.Read(folder.File("nothing")), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_hundred_thousand_mutations_are_read_or_refused_within_the_files_own_size()
    {
        var plain = IdxBytes.File(0x08, [3, 4, 5], IdxBytes.Random(60, seed: 4));
        // Half noise and half zeros, so that the compressed form has literals, matches and Huffman tables.
        var compressed = IdxBytes.Compressed(IdxBytes.File(0x08, [2, 300], [.. IdxBytes.Random(300, seed: 5), .. new byte[300]]));
        byte[][] tokens = [[0], [8, 1], [8, 9], [0x1f, 0x8b], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0, 1, 0, 0]];
        var random = new Random(20260102);
        var refused = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var file = Mutations.Of(i % 2 == 0 ? plain : compressed, tokens, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Parse(file);
            }
            catch (InvalidFileException)
            {
                refused++;
            }

            // 64 KiB for a chunk of compressed content, and as many for gzip's buffers and the exception.
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThanOrEqualTo((4 * file.Length) + (128 << 10)), () => $"mutation {i}");
        }

        Assert.That(refused, Is.InRange(50_000, 99_000), "mutations that are all refused, or hardly ever, test nothing");
    }

    private static TensorData Parse(byte[] file) => IdxFile.Read("test.idx", new MemoryStream(file));

    private static void AssertRefused(byte[] file, string reason) =>
        Assert.That(() => Parse(file), Throws.TypeOf<InvalidFileException>().With.Message.Contains(reason).And.Message.StartsWith("The file 'test.idx' "));
}
