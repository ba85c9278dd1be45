using System.Text;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests.Safetensors;

public sealed class SafetensorsFuzzTests
{
    private static readonly byte[] Valid = SafetensorsBytes.File(
        """{"__metadata__":{"format":"pt","step":"12"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b.weight":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"c":{"dtype":"BOOL","shape":[4],"data_offsets":[32,36]},"d":{"dtype":"BF16","shape":[2,1],"data_offsets":[36,40]},"e":{"dtype":"U8","shape":[0,7],"data_offsets":[40,40]}}  """,
        [.. Enumerable.Range(0, 40).Select(i => (byte)(i & 1))]);

    private static readonly byte[][] Tokens = [.. new[]
    {
        "0", "-1", "9223372036854775807", "18446744073709551615", "1e308", "[", "]", "{", "}", ",", ":", "\"", "\\", "\\ud800", "null",
        "true", "\"shape\":[0],", "\"dtype\":\"F4\",", "\"data_offsets\":[0,0],", "\"__metadata__\":{},", "\0", "\u00ff", "[[[[[[[[[[[[[[[[[",
    }.Select(Encoding.UTF8.GetBytes)];

    [Test]
    public void A_hundred_thousand_mutations_are_read_or_refused_within_the_files_own_size()
    {
        var random = new Random(20260101);
        var refused = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var file = Mutations.Of(Valid, Tokens, random);
            var limit = (4 * file.Length) + (64 << 10);
            var (isRefused, bytes) = Read(file);
            refused += isRefused ? 1 : 0;

            // What the runtime allocates once in a process, when it throws an exception of a kind for the first time, is not the file's.
            if (bytes > limit)
                bytes = Read(file).Bytes;
            Assert.That(bytes, Is.LessThanOrEqualTo(limit), () => $"mutation {i}");
        }

        Assert.That(refused, Is.InRange(50_000, 99_000), "mutations that are all refused, or hardly ever, test nothing");
    }

    [Test]
    public void A_header_of_nothing_but_tiny_tensors_allocates_a_small_multiple_of_itself()
    {
        var header = new StringBuilder("{");
        for (var i = 0; i < 100_000; i++)
            header.Append(i == 0 ? "" : ",").Append('"').Append(i).Append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        var file = SafetensorsBytes.File(header.Append('}').ToString());

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var parsed = SafetensorsFile.Parse("tiny tensors", file);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(10L * file.Length));
        Assert.That(parsed.Names, Has.Count.EqualTo(100_000));
    }

    private static (bool IsRefused, long Bytes) Read(byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRefused = IsRefused(file);
        return (isRefused, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Whether a file is refused; of one that is not, every tensor is touched.</summary>
    private static bool IsRefused(byte[] file)
    {
        try
        {
            using var parsed = SafetensorsFile.Parse("mutated", file);
            foreach (var name in parsed.Names)
                Touch(parsed, name);
            return false;
        }
        catch (InvalidFileException)
        {
            return true;
        }
    }

    private static void Touch(SafetensorsFile file, string name)
    {
        try
        {
            file.View(name).Bytes.Fill(1);
        }
        catch (InvalidFileException)
        {
            // A type without support, or truth values that are none: found out only here.
        }
    }
}
