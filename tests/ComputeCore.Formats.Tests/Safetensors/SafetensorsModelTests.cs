using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests.Safetensors;

/// <summary>Models in several files, under an index.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SafetensorsModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string index;

    public SafetensorsModelTests()
    {
        index = folder.File("model.safetensors.index.json");
        File.WriteAllBytes(folder.File("model-1.safetensors"), SafetensorsBytes.File(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"unlisted":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 1, 2, 9));
        File.WriteAllBytes(folder.File("model-2.safetensors"), SafetensorsBytes.File("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 3));
    }

    public void Dispose() => folder.Dispose();

    [Test]
    public void The_tensors_of_all_shards_are_one_models()
    {
        File.WriteAllText(index, """{"metadata":{"total_size":3},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");
        foreach (var path in new[] { index, Path.GetDirectoryName(index)! })
        {
            using var model = SafetensorsModel.Open(path);
            Assert.That(model.Names, Is.EquivalentTo(new[] { "a", "b" }));
            Assert.That(model.Files, Is.EquivalentTo(new[] { folder.File("model-1.safetensors"), folder.File("model-2.safetensors") }));
            Assert.That(model.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt" }));
            Assert.That((model.View("a").ToDoubles(), model.Read("b").ToDoubles()), Is.EqualTo((new double[] { 1, 2 }, new double[] { 3 })));
            Assert.That((model.Contains("b"), model.Contains("unlisted")), Is.EqualTo((true, false)));
            Assert.That(() => model.View("c"), Throws.TypeOf<InvalidFileException>().With.Message.EqualTo($"The file '{index}' holds no tensor 'c'."));
        }
    }

    [Test]
    public void A_single_file_and_its_folder_are_a_model_too()
    {
        File.Move(folder.File("model-2.safetensors"), folder.File("model.safetensors"));
        foreach (var path in new[] { folder.File("model.safetensors"), Path.GetDirectoryName(index)! })
        {
            using var model = SafetensorsModel.Open(path);
            Assert.That(model.View("b").Item<byte>(), Is.EqualTo(3));
        }
    }

    [TestCase("", "is not JSON in line 1")]
    [TestCase("{\"weight_map\":\n{\"a\":}}", "is not JSON in line 2")]
    [TestCase("[]", "has no weight_map that names a file for each tensor")]
    [TestCase("""{"metadata":{}}""", "has no weight_map that names a file for each tensor")]
    [TestCase("""{"weight_map":[]}""", "has no weight_map that names a file for each tensor")]
    [TestCase("""{"weight_map":{"a":1}}""", "gives the tensor 'a' a place that is no name of a file")]
    [TestCase("""{"weight_map":{"a":"\ud800"}}""", "has text that is not valid Unicode")]
    [TestCase("""{"weight_map":{"a":"none.safetensors"}}""", "places the tensor 'a' in 'none.safetensors', which does not exist")]
    [TestCase("""{"weight_map":{"b":"model-1.safetensors"}}""", "places the tensor 'b' in 'model-1.safetensors', which does not hold it")]
    [TestCase("""{"weight_map":{"a":"model-1.safetensors","a":"model-1.safetensors"}}""", "places the tensor 'a' twice")]
    [TestCase("""{"weight_map":{"a":"../model-1.safetensors"}}""", "places the tensor 'a' in '../model-1.safetensors', which is no name of a file beside it")]
    [TestCase("""{"weight_map":{"a":"/etc/passwd"}}""", "places the tensor 'a' in '/etc/passwd', which is no name of a file beside it")]
    [TestCase("""{"weight_map":{"a":".."}}""", "places the tensor 'a' in '..', which is no name of a file beside it")]
    [TestCase("""{"weight_map":{"a":""}}""", "places the tensor 'a' in '', which is no name of a file beside it")]
    public void What_is_wrong_with_an_index_is_said(string content, string what)
    {
        File.WriteAllText(index, content);
        Assert.That(() => SafetensorsModel.Open(index), Throws.TypeOf<InvalidFileException>().With.Message.EqualTo($"The file '{index}' {what}."));
    }

    [Test]
    public void A_damaged_shard_is_named()
    {
        File.WriteAllText(index, """{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");
        File.WriteAllBytes(folder.File("model-2.safetensors"), [1, 2, 3]);
        Assert.That(() => SafetensorsModel.Open(index), Throws.TypeOf<InvalidFileException>().With.Message.StartsWith($"The file '{folder.File("model-2.safetensors")}' "));
    }
}
