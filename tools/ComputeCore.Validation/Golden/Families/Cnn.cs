using ComputeCore.Devices;
using ComputeCore.Nn;

namespace ComputeCore.Validation.Golden.Families;

/// <summary>A whole network: one pass forward and backward, then twenty steps of training.</summary>
internal static class Cnn
{
    public static IReadOnlyDictionary<string, Computation> Computations { get; } = new Dictionary<string, Computation> { ["cnn"] = Run };

    private static Dictionary<string, TensorData> Run(Device device, GoldenCase golden)
    {
        using var random = new RandomGenerator(0);
        var model = new Sequential(
            new Conv2d(1, 4, 3, random) { Padding = 1 },
            new Relu(),
            new MaxPool2d(2),
            new Conv2d(4, 8, 3, random) { Padding = 1 },
            new Relu(),
            new MaxPool2d(2),
            new Flatten(),
            new Linear(8 * 3 * 3, 16, random),
            new Relu(),
            new Linear(16, 10, random));
        var parameters = model.Parameters();
        foreach (var (name, variable) in parameters)
            variable.Write(golden[name]);

        using var once = new Function(device, batch =>
        {
            var logits = model.Forward(batch[0]);
            var loss = logits.CrossEntropy(batch[1]);
            return [logits, loss, .. loss.Gradients([.. parameters.Select(parameter => parameter.Variable.ToTensor())])];
        });
        string[] names = ["logits", "loss", .. parameters.Select(parameter => $"grad/{parameter.Name}")];
        var results = names.Zip(once.Run(golden["input"], golden["targets"])).ToDictionary();

        var a = golden.Attributes;
        using var adam = new Adam(parameters, a.Number("lr")) { Betas = a.Numbers("betas"), Epsilon = a.Number("eps") };
        using var step = new Function(device, batch =>
        {
            var loss = model.Forward(batch[0]).CrossEntropy(batch[1]);
            adam.Minimize(loss);
            return [loss];
        });
        var losses = Enumerable.Range(0, a.Integer("steps")).Select(_ => step.Run(golden["input"], golden["targets"])[0].Item<float>()).ToArray();
        results["adamLosses"] = TensorData.From([losses.Length], losses);
        foreach (var (_, variable) in parameters)
            variable.Dispose();
        return results;
    }
}
