using System.Text;
using System.Text.Json;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests.Safetensors;

public sealed class SafetensorsRoundTripTests
{
    [Test]
    public void A_file_written_by_hand_is_read()
    {
        var bytes = SafetensorsBytes.File(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"none":{"dtype":"F64","shape":[3,0],"data_offsets":[8,8]}}   """,
            0, 0, 128, 63, 0, 0, 0, 192, 254, 255, 255, 255, 255, 255, 255, 255);
        using var file = SafetensorsFile.Parse("by hand", bytes);

        Assert.That(file.Names, Is.EquivalentTo(new[] { "a", "b", "none" }));
        Assert.That(file.Metadata, Is.EquivalentTo(new Dictionary<string, string> { ["format"] = "pt" }));
        Assert.That(file.TypeOf("a"), Is.EqualTo(new TensorType(ElementType.Float32, [2, 1])));
        Assert.That(file.View("a").ToDoubles(), Is.EqualTo(new[] { 1.0, -2.0 }));
        Assert.That(file.View("b").Item<long>(), Is.EqualTo(-2));
        Assert.That(file.View("none").ToDoubles(), Is.Empty);
        Assert.That(file.Contains("c"), Is.False);
    }

    [Test]
    public void A_file_without_tensors_is_valid()
    {
        using var file = SafetensorsFile.Parse("empty", SafetensorsBytes.File("{}"));
        Assert.That(file.Names, Is.Empty);
    }

    [Test]
    public void What_is_written_is_read([Range(0, 49)] int seed)
    {
        var (tensors, metadata) = RandomContent(new Random(seed));
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        SafetensorsWriter.Write(path, tensors, metadata);

        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Names, Is.EquivalentTo(tensors.Keys));
        Assert.That(file.Metadata, Is.EquivalentTo(metadata));
        foreach (var (name, data) in tensors)
        {
            Assert.That(file.View(name).Type, Is.EqualTo(data.Type));
            Assert.That(file.View(name).Bytes.SequenceEqual(data.Bytes));
            Assert.That(file.Read(name).Bytes.SequenceEqual(data.Bytes));
        }
    }

    [Test]
    public void The_layout_is_what_the_format_and_alignment_demand([Range(0, 9)] int seed)
    {
        var (tensors, metadata) = RandomContent(new Random(seed));
        var bytes = Written(tensors, metadata);

        var headerLength = BitConverter.ToInt64(bytes);
        Assert.That(headerLength % 8, Is.Zero);
        using var header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, (int)headerLength).TrimEnd(' '));
        var previousEnd = 0L;
        foreach (var property in header.RootElement.EnumerateObject().Where(property => property.Name != "__metadata__"))
        {
            var begin = property.Value.GetProperty("data_offsets")[0].GetInt64();
            var end = property.Value.GetProperty("data_offsets")[1].GetInt64();
            Assert.That(begin, Is.EqualTo(previousEnd));
            Assert.That(begin % tensors[property.Name].ElementType.SizeInBytes(), Is.Zero, property.Name);
            Assert.That(bytes.AsSpan((int)(8 + headerLength + begin), (int)(end - begin)).SequenceEqual(tensors[property.Name].Bytes));
            previousEnd = end;
        }

        Assert.That(8 + headerLength + previousEnd, Is.EqualTo(bytes.Length));
    }

    [Test]
    public void The_order_of_the_tensors_does_not_change_the_file([Range(0, 9)] int seed)
    {
        var (tensors, metadata) = RandomContent(new Random(seed));
        Assert.That(
            Written(tensors.Reverse().ToDictionary(), metadata.Reverse().ToDictionary()),
            Is.EqualTo(Written(tensors, metadata)));
    }

    [Test]
    public void A_view_is_no_copy_and_changes_to_it_do_not_reach_the_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, TensorData> { ["x"] = TensorData.From([2], 1f, 2f) });

        using (var file = SafetensorsFile.Open(path))
        {
            var copy = file.Read("x");
            file.View("x").AsSpan<float>()[0] = 5;
            Assert.That(file.View("x").ToDoubles(), Is.EqualTo(new[] { 5.0, 2.0 }));
            Assert.That(copy.ToDoubles(), Is.EqualTo(new[] { 1.0, 2.0 }));
        }

        using var again = SafetensorsFile.Open(path);
        Assert.That(again.View("x").ToDoubles(), Is.EqualTo(new[] { 1.0, 2.0 }));
    }

    [Test]
    public void An_open_file_keeps_its_content_when_it_is_replaced()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, TensorData> { ["x"] = TensorData.Scalar(1f) });
        using var file = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, new Dictionary<string, TensorData> { ["x"] = TensorData.Scalar(2f) });
        Assert.That(file.View("x").Item<float>(), Is.EqualTo(1));
    }

    [Test]
    public void A_view_of_a_closed_file_throws_and_a_copy_lives_on()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, TensorData> { ["x"] = TensorData.Scalar(3f) });
        var file = SafetensorsFile.Open(path);
        var view = file.View("x");
        var copy = file.Read("x");
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.Item<float>());
        Assert.Throws<ObjectDisposedException>(() => file.View("x"));
        Assert.That(copy.Item<float>(), Is.EqualTo(3));
    }

    [Test]
    public void Names_that_the_format_cannot_hold_are_refused()
    {
        var tensor = TensorData.Scalar(1f);
        Assert.Throws<ArgumentException>(() => Written(new() { ["__metadata__"] = tensor }, []));
        Assert.That(() => Written(new() { ["half a pair \uD800"] = tensor }, []), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Written([], new() { ["key"] = "\uDC00" }), Throws.InstanceOf<ArgumentException>());
    }

    private static byte[] Written(Dictionary<string, TensorData> tensors, Dictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static (Dictionary<string, TensorData> Tensors, Dictionary<string, string> Metadata) RandomContent(Random random)
    {
        string[] alphabet = ["layers.0.", "weight", "ä", "\"", "\\", "\n", "中", "😀", " ", "", "/", "<"];
        string Text() => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => alphabet[random.Next(alphabet.Length)]));
        var tensors = new Dictionary<string, TensorData>();
        for (var i = random.Next(12); i > 0; i--)
        {
            var shape = Shape.Create([.. Enumerable.Range(0, random.Next(Shape.MaximumRank + 1)).Select(_ => random.Next(0, 4))]);
            var data = new TensorData(new TensorType((ElementType)random.Next(6), shape));
            random.NextBytes(data.Bytes);
            if (data.ElementType == ElementType.Bool)
            {
                foreach (ref var truth in data.Bytes)
                    truth &= 1;
            }

            tensors[Text()] = data;
        }

        var metadata = new Dictionary<string, string>();
        for (var i = random.Next(4); i > 0; i--)
            metadata[Text()] = Text();
        return (tensors, metadata);
    }
}
