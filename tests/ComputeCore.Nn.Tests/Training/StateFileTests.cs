using ComputeCore.Formats;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class StateFileTests
{
    private RandomGenerator random = null!;
    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => (random, folder) = (new RandomGenerator(1), new TemporaryFolder());

    [TearDown]
    public void TearDown()
    {
        random.Dispose();
        folder.Dispose();
    }

    [Test]
    public void A_model_comes_back_bit_for_bit_under_the_names_of_PyTorch()
    {
        var path = folder.File("model.safetensors");
        var saved = Model();
        StateFile.Save(path, saved, new Dictionary<string, string> { ["note"] = "a" });
        var loaded = Model();
        Assert.That(Problem.Bytes(loaded.State()), Is.Not.EqualTo(Problem.Bytes(saved.State())));
        StateFile.Load(path, loaded);
        Assert.That(Problem.Bytes(loaded.State()), Is.EqualTo(Problem.Bytes(saved.State())));

        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Names, Is.EquivalentTo(new[] { "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked" }));
        Assert.That(file.Metadata["note"], Is.EqualTo("a"));
    }

    [Test]
    public void A_tensor_of_another_shape_is_refused() =>
        Refused(tensors => tensors["1.bias"] = new TensorData(new TensorType(ElementType.Float32, [4])), "holds '1.bias' as f32[4], but the model has f32[3].");

    [Test]
    public void A_tensor_of_another_element_type_is_refused() =>
        Refused(tensors => tensors["1.bias"] = new TensorData(new TensorType(ElementType.Int32, [3])), "holds '1.bias' as i32[3], but the model has f32[3].");

    [Test]
    public void A_missing_tensor_is_refused() =>
        Refused(tensors => tensors.Remove("1.running_var"), "has no tensor '1.running_var' f32[3], which the model needs.");

    [Test]
    public void A_tensor_too_many_is_refused() =>
        Refused(tensors => tensors["2.weight"] = TensorData.Scalar(1f), "holds a tensor '2.weight', which the model does not have.");

    private void Refused(Action<Dictionary<string, TensorData>> spoil, string what)
    {
        var path = folder.File("spoilt.safetensors");
        var tensors = Model().State().ToDictionary(entry => entry.Name, entry => entry.Variable.Read());
        spoil(tensors);
        SafetensorsWriter.Write(path, tensors);

        var model = Model();
        var before = Problem.Bytes(model.State());
        Assert.That(() => StateFile.Load(path, model), Throws.InstanceOf<InvalidFileException>().With.Message.EqualTo($"The file '{path}' {what}"));
        Assert.That(Problem.Bytes(model.State()), Is.EqualTo(before));
    }

    private Sequential Model() => new(new Conv2d(2, 3, 3, random), new BatchNorm2d(3));
}
