using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary>The commands that use a trained model.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string data;
    private readonly string run;

    public ModelTests()
    {
        data = SyntheticData.Write(folder.File("data"), training: 640, test: 100);
        run = folder.File("run");
        Program.Run("train", "fashion-mnist", "--data", data, "--epochs", "4", "--out", run).IsDone();
    }

    public void Dispose() => folder.Dispose();

    [Test]
    public void Evaluate_counts_every_image_of_every_class()
    {
        var document = Program.Run("evaluate", run, "--data", data, "--json").Json;
        Assert.That(document.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "run", "device", "images", "loss", "accuracy", "classes", "confusion" }));
        Assert.That(document.GetProperty("images").GetInt32(), Is.EqualTo(100));
        Assert.That(document.GetProperty("accuracy").GetDouble(), Is.GreaterThan(0.9));
        var confusion = document.GetProperty("confusion").EnumerateArray().Select(row => row.EnumerateArray().Select(count => count.GetInt32()).ToArray()).ToArray();
        Assert.That(confusion.Sum(row => row.Sum()), Is.EqualTo(100));
        Assert.That(confusion.Select((row, i) => row[i]).Sum() / 100.0, Is.EqualTo(document.GetProperty("accuracy").GetDouble()));
        var boots = document.GetProperty("classes").EnumerateArray().Last();
        Assert.That(boots.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "name", "precision", "recall" }));
        Assert.That(boots.GetProperty("name").GetString(), Is.EqualTo("Ankle boot"));
        Assert.That(boots.GetProperty("recall").GetDouble(), Is.EqualTo(confusion[9][9] / (double)confusion[9].Sum()));

        Assert.That(Program.Run("evaluate", run, "--data", data).Output, Does.Contain("Ankle boot").And.Contain("100 images: loss "));
    }

    [Test]
    public void Classify_names_what_is_in_each_image()
    {
        var (trouser, bag) = (SyntheticData.WriteImage(folder.File("trouser.png"), 1), SyntheticData.WriteImage(folder.File("bag.png"), 8));
        var images = Program.Run("classify", run, trouser, bag, "--json").Json.GetProperty("images").EnumerateArray().ToArray();
        Assert.That(images.Select(image => image.GetProperty("path").GetString()), Is.EqualTo(new[] { trouser, bag }));
        foreach (var (image, label, name) in new[] { (images[0], 1, "Trouser"), (images[1], 8, "Bag") })
        {
            var predictions = image.GetProperty("predictions").EnumerateArray().ToArray();
            Assert.That(predictions[0].EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "label", "name", "probability" }));
            Assert.That((predictions[0].GetProperty("label").GetInt32(), predictions[0].GetProperty("name").GetString()), Is.EqualTo((label, name)));
            Assert.That(predictions.Sum(prediction => prediction.GetProperty("probability").GetDouble()), Is.EqualTo(1).Within(1e-5));
        }

        Assert.That(Program.Run("classify", run, bag).Output, Does.StartWith($"{bag}: Bag "));
    }

    [Test]
    public void Info_lists_layers_and_tensors_in_their_order()
    {
        var document = Program.Run("info", run, "--json").Json;
        Assert.That(document.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "file", "bytes", "parameters", "tensors", "layers", "metadata" }));
        Assert.That(document.GetProperty("parameters").GetInt64(), Is.EqualTo(421_642));
        Assert.That(document.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("name").GetString()), Is.EqualTo(new[] { "0", "3", "7", "9" }));
        var weight = document.GetProperty("tensors").EnumerateArray().Single(tensor => tensor.GetProperty("name").GetString() == "7.weight");
        Assert.That(weight.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "name", "type", "shape", "elements", "bytes" }));
        Assert.That(weight.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32()), Is.EqualTo(new[] { 128, 3136 }));

        Assert.That(Program.Run("info", Path.Combine(run, "checkpoint", "last.safetensors")).Output, Does.Contain("optimizer.exp_avg.9").And.Contain("bestLoss: "));
    }

    [Test]
    public void An_image_that_is_missing_or_damaged_is_told()
    {
        var good = SyntheticData.WriteImage(folder.File("good.png"), 1);
        Program.Run("classify", run, folder.File("none.png"), "--json").Fails("none.png");
        var damaged = folder.File("damaged.png");
        File.WriteAllBytes(damaged, File.ReadAllBytes(good)[..60]);
        Program.Run("classify", run, good, damaged, "--json").Fails(damaged);
        File.WriteAllText(damaged, "no image");
        Program.Run("classify", run, damaged).Fails(damaged);
    }

    [Test]
    public void A_folder_without_a_run_or_a_model_is_told()
    {
        var other = Directory.CreateDirectory(folder.File("other")).FullName;
        Program.Run("evaluate", other, "--data", data).Fails($"The folder '{other}' is not a run's: it holds no run.json.");
        Program.Run("info", other).Fails("model.safetensors");
        File.Copy(Path.Combine(run, "run.json"), Path.Combine(other, "run.json"));
        Program.Run("evaluate", other, "--data", data).Fails($"The folder '{other}' holds no model yet");
        Program.Run("classify", other, "image.png").Fails("holds no model yet");
    }

    [Test]
    public void A_model_of_another_shape_or_a_damaged_one_is_told()
    {
        var other = Directory.CreateDirectory(folder.File("misshapen")).FullName;
        var model = Path.Combine(other, "model.safetensors");
        File.Copy(Path.Combine(run, "run.json"), Path.Combine(other, "run.json"));
        File.Copy(Path.Combine(run, "config.yaml"), Path.Combine(other, "config.yaml"));
        using (var file = SafetensorsFile.Open(Path.Combine(run, "model.safetensors")))
        {
            var tensors = file.Names.ToDictionary(name => name, file.Read);
            tensors["9.bias"] = new TensorData(new TensorType(ElementType.Float32, [11]));
            SafetensorsWriter.Write(model, tensors);
        }

        Program.Run("evaluate", other, "--data", data).Fails("'9.bias' as f32[11], but the model has f32[10]");
        File.WriteAllBytes(model, File.ReadAllBytes(model)[..1000]);
        Program.Run("evaluate", other, "--data", data).Fails(model);
        Program.Run("info", other).Fails(model);
        Program.Run("info", Path.Combine(run, "run.json")).Fails("run.json");
    }
}
