using System.Text;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests.Safetensors;

public sealed class SafetensorsHostileTests
{
    [TestCase("", 0, "not a JSON object|not valid JSON")]
    [TestCase("[]", 0, "not a JSON object")]
    [TestCase("{", 0, "not valid JSON")]
    [TestCase("{}x", 0, "not valid JSON")]
    [TestCase("{}{}", 0, "not valid JSON|after its header")]
    [TestCase("{/**/}", 0, "not valid JSON")]
    [TestCase("""{"x":5}""", 0, "tensor 'x'")]
    [TestCase("""{"x":{}}""", 0, "lacks")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1]}}""", 1, "lacks")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}""", 1, "unknown or repeated")]
    [TestCase("""{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "unknown or repeated")]
    [TestCase("""{"x":{"dtype":1,"shape":[1],"data_offsets":[0,1]}}""", 1, "dtype")]
    [TestCase("""{"x":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1, "shape")]
    [TestCase("""{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "extent")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""", 1, "extent")]
    [TestCase("""{"x":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, "extent")]
    [TestCase("""{"x":{"dtype":"U8","shape":[4294967297],"data_offsets":[0,1]}}""", 1, "extent")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1, "rank")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1048576,1048576,16777216],"data_offsets":[0,0]}}""", 0, "2\\^40")]
    [TestCase("""{"x":{"dtype":"F64","shape":[1048576,1048576],"data_offsets":[0,0]}}""", 0, "has 8796093022208")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "data_offsets")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}""", 1, "data_offsets")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 1, "data_offsets")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}""", 1, "at bytes -1 to 0")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "at bytes 1 to 0")]
    [TestCase("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 1, "at bytes 0 to 2")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}""", 1, "at bytes")]
    [TestCase("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}""", 1, "tensor 'x'")]
    [TestCase("""{"x":{"dtype":"BF16","shape":[1],"data_offsets":[0,1]}}""", 1, "which has 2")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "hole at byte 0")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "2 bytes of data, but its tensors end at byte 1")]
    [TestCase("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "overlaps")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "overlaps")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "two tensors of one name .*'x'")]
    [TestCase("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0078":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "two tensors of one name .*'x'")]
    [TestCase("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice")]
    [TestCase("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "'a' twice")]
    [TestCase("""{"__metadata__":{"a":1}}""", 0, "not a string")]
    [TestCase("""{"__metadata__":[]}""", 0, "not a JSON object")]
    [TestCase("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "Unicode")]
    public void A_bad_header_is_refused_with_a_reason(string header, int dataLength, string reason)
    {
        var exception = Assert.Throws<InvalidFileException>(() => SafetensorsFile.Parse("bad.safetensors", SafetensorsBytes.File(header, new byte[dataLength])));
        Assert.That(exception!.Message, Does.Match(reason).And.StartsWith("The file 'bad.safetensors' "));
        Assert.That(exception.Path, Is.EqualTo("bad.safetensors"));
    }

    [TestCase(0ul)]
    [TestCase(1ul)]
    [TestCase(1ul << 60)]
    [TestCase(ulong.MaxValue)]
    public void A_header_longer_than_the_file_is_refused_without_allocating(ulong length)
    {
        var file = BitConverter.GetBytes(length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Parse("short", file));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 10));
    }

    [Test]
    public void A_file_shorter_than_the_header_length_is_refused([Range(0, 7)] int length)
    {
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Parse("short", new byte[length]));
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("short"), new byte[length]);
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Open(folder.File("short")));
    }

    [Test]
    public void A_sparse_file_with_a_header_above_the_limit_is_refused()
    {
        using var folder = new TemporaryFolder();
        using (var stream = File.Create(folder.File("sparse")))
        {
            stream.Write(BitConverter.GetBytes(100_000_001L));
            stream.SetLength(200_000_000);
        }

        Assert.That(() => SafetensorsFile.Open(folder.File("sparse")), Throws.TypeOf<InvalidFileException>().With.Message.Contains("limit"));
    }

    [Test]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        var header = Encoding.Latin1.GetBytes("""{"é":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""");
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Parse("latin", SafetensorsBytes.File(header, [])));
    }

    [Test]
    public void Deep_nesting_is_refused()
    {
        var header = """{"x":""" + new string('[', 100_000);
        Assert.Throws<InvalidFileException>(() => SafetensorsFile.Parse("deep", SafetensorsBytes.File(header)));
    }

    [TestCase("I16", 2)]
    [TestCase("F8_E4M3", 1)]
    [TestCase("Q5_NEXT", 3)]
    public void An_element_type_without_support_fails_only_when_its_tensor_is_asked_for(string type, int size)
    {
        var header = $$$"""{"x":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{size}}}]},"y":{"dtype":"U8","shape":[1],"data_offsets":[{{{size}}},{{{size + 1}}}]}}""";
        using var file = SafetensorsFile.Parse("mixed", SafetensorsBytes.File(header, [.. new byte[size], 7]));
        Assert.That(file.View("y").Item<byte>(), Is.EqualTo(7));
        Assert.That(() => file.View("x"), Throws.TypeOf<InvalidFileException>().With.Message.Contains("'x'").And.Message.Contains(type));
        Assert.Throws<InvalidFileException>(() => file.TypeOf("x"));
    }

    [Test]
    public void A_tensor_that_is_not_there_is_named()
    {
        using var file = SafetensorsFile.Parse("empty", SafetensorsBytes.File("{}"));
        Assert.That(() => file.View("w"), Throws.TypeOf<InvalidFileException>().With.Message.Contains("'w'"));
    }

    [Test]
    public void Truth_values_other_than_0_and_1_are_refused()
    {
        using var file = SafetensorsFile.Parse("truth", SafetensorsBytes.File("""{"x":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""", 0, 1, 2));
        Assert.That(() => file.View("x"), Throws.TypeOf<InvalidFileException>().With.Message.Contains("element 2"));
    }

    [Test]
    public void A_name_in_a_message_cannot_steer_the_terminal()
    {
        var message = Assert.Throws<InvalidFileException>(() => SafetensorsFile.Parse("x", SafetensorsBytes.File("{\"\\u001b[31m" + new string('n', 1000) + "\":5}")))!.Message;
        Assert.That(message, Does.Not.Contain('\u001b').And.Length.LessThan(300));
    }
}
