using System.Text;
using System.Text.Json;
using ComputeCore.Devices;
using ComputeCore.Formats.Safetensors;
using ComputeCore.Nn;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Convolutional;

/// <summary>
/// ResNet-18 and 50, MobileNetV2 and SqueezeNet 1.1 have torchvision's parameters under its names, and compute what it does
/// (<c>tools/golden/networks.py</c>, whose formula gives the weights).
/// </summary>
public sealed class ClassifierTests : IDisposable
{
    // Relative to the largest element, against float64. Rounding errors pass through up to 53 layers; in training normalizations over few
    // values enlarge them, and where one changes the sign of an argument of relu, a gradient appears or vanishes: PyTorch's float32
    // gradient of ResNet-50's first convolution is off by 1.5e-2. So the bound is twice PyTorch's own error where that is more.
    private const double Tolerance = 1e-5;

    private readonly TemporaryFolder folder = new();
    private readonly RandomGenerator random = new(5);

    private static IEnumerable<TestCaseData> Counts =>
    [
        new("ResNet-18", 11_689_512),
        new("ResNet-50", 25_557_032),
        new("MobileNetV2", 3_504_872),
        new("SqueezeNet 1.1", 1_235_496),
    ];

    private static IEnumerable<string> Names => Counts.Select(test => (string)test.Arguments[0]!);

    public void Dispose()
    {
        random.Dispose();
        folder.Dispose();
    }

    [TestCaseSource(nameof(Counts))]
    public void A_published_model_has_its_number_of_parameters(string name, int expected) =>
        Assert.That(Make(name).Parameters().Sum(parameter => parameter.Variable.Shape.ElementCount), Is.EqualTo(expected));

    [TestCaseSource(nameof(Names))]
    public void What_torchvision_saved_loads_by_name_and_gives_torchvisions_results(string name)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "golden", "networks", "classifiers.safetensors"));
        var model = Make(name);
        StateFile.Load(WriteState(golden.Metadata[name]), model);

        using var device = Device.Open("cpu");
        model.Train(false);
        using var use = new Function(device, x => [model.Forward(x[0])]);
        AssertNear("logits", use.Run(Golden("images"))[0]);

        model.Train();
        var (firstName, first) = model.Parameters()[0];
        using var training = new Function(device, x =>
        {
            var logits = model.Forward(x[0]);
            var loss = logits.CrossEntropy(x[1]);
            return [logits, loss, .. loss.Gradients(first.ToTensor())];
        });
        var results = training.Run(Golden("images"), Golden("targets"));
        foreach (var (part, result) in new[] { "trainLogits", "loss", $"grad/{firstName}" }.Zip(results))
            AssertNear(part, result);
        foreach (var (_, variable) in model.State())
            variable.Dispose();

        TensorData Golden(string part) => golden.Read($"{name}/{part}");

        void AssertNear(string part, TensorData result)
        {
            var truth = Golden($"{part}.float64");
            Assert.That(result.Shape, Is.EqualTo(truth.Shape), part);
            Assert.That(ErrorOf(result), Is.LessThan(Math.Max(Tolerance, 2 * ErrorOf(Golden(part)))), part);

            double ErrorOf(TensorData values) => values.ToDoubles().Zip(truth.ToDoubles(), (x, y) => Math.Abs(x - y)).Max() / truth.ToDoubles().Max(Math.Abs);
        }
    }

    private Layer Make(string name) => name switch
    {
        "ResNet-18" => ResNet.ResNet18(random),
        "ResNet-50" => ResNet.ResNet50(random),
        "MobileNetV2" => new MobileNetV2(random, dropout: 0),
        _ => new SqueezeNet(random, dropout: 0),
    };

    // torchvision's names and shapes with the formula's values.
    private string WriteState(string description)
    {
        var state = JsonDocument.Parse(description).RootElement.GetProperty("attributes").GetProperty("state");
        var path = folder.File("model.safetensors");
        SafetensorsWriter.Write(path, state.EnumerateObject().ToDictionary(
            entry => entry.Name, entry => Value(entry.Name, Shape.Create([.. entry.Value.EnumerateArray().Select(extent => extent.GetInt32())]))));
        return path;
    }

    private static TensorData Value(string name, Shape shape)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            return TensorData.Scalar(0L);
        var isAroundOne = name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal);
        var scale = shape.Rank > 1 ? Math.Sqrt(6.0 / (shape.ElementCount / shape[0])) : 0.25;
        var center = shape.Rank == 1 && isAroundOne ? 1 : 0;
        var seed = Encoding.UTF8.GetBytes(name).Aggregate(2166136261, (hash, value) => (hash ^ value) * 16777619);
        var data = new TensorData(new(ElementType.Float32, shape));
        var values = data.AsSpan<float>();
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(center + Noise(seed, i) * scale);
        return data;
    }

    private static double Noise(uint seed, int index)
    {
        var h = (uint)index * 0x9E3779B9 + seed;
        h = (h ^ (h >> 16)) * 0x85EBCA6B;
        h = (h ^ (h >> 13)) * 0xC2B2AE35;
        return ((h ^ (h >> 16)) >> 8) / Math.ScaleB(1, 23) - 1;
    }
}
