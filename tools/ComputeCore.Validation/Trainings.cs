using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Operations;

namespace ComputeCore.Validation;

/// <summary>Short trainings whose losses a device shares with the definition in float64, step by step.</summary>
internal static class Trainings
{
    private const int Steps = 5;
    private const int Batch = 2;

    // A few hundred sums of up to some thousand products follow one another before a loss is known.
    private static readonly Tolerance Tolerance = new(1e-5, 1e-6);

    /// <summary>The trainings as checks.</summary>
    public static IReadOnlyList<Check> Checks { get; } =
    [
        Training("reference CNN, Adam", random => SmallCnn.Create(random), parameters => new Adam(parameters), Draw.Uniform([Batch, 1, 28, 28], 0, 1)),
        Training("residual CNN, batch normalization, dropout, SGD", SmallNetworks.ResidualCnn, parameters => new Sgd(parameters, 0.05, 0.9, 1e-4), Draw.Uniform([Batch, 3, 12, 12], 0, 1)),
        Training("Transformer, AdamW", SmallNetworks.Transformer, parameters => new AdamW(parameters, 1e-3), Draw.Integers([Batch, SmallNetworks.Context], ElementType.Int64, 0, SmallNetworks.Vocabulary - 1)),
    ];

    private static Check Training(string name, Func<RandomGenerator, Layer> model, Func<IReadOnlyList<(string, Variable)>, Optimizer> optimizer, Draw input) =>
        new($"training: {name}", $"{Steps} steps", Tolerance, device =>
        {
            using var reference = Device.Open("reference");
            return Deviation.Of(Losses(device, model, optimizer, input), Losses(reference, model, optimizer, input), Tolerance, "the loss");
        });

    private static TensorData Losses(Device device, Func<RandomGenerator, Layer> make, Func<IReadOnlyList<(string, Variable)>, Optimizer> makeOptimizer, Draw input)
    {
        using var random = new RandomGenerator(1);
        var model = make(random);
        using var optimizer = makeOptimizer(model.Parameters());
        using var step = new Function(device, batch =>
        {
            var loss = model.Forward(batch[0]).CrossEntropy(batch[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
        var labels = Draw.Integers([Batch], ElementType.Int64, 0, 9);
        var losses = Enumerable.Range(0, Steps).Select(i => step.Run(input.ToData(i), labels.ToData(100 + i))[0].Item<float>()).ToArray();
        foreach (var (_, variable) in model.State())
            variable.Dispose();
        return TensorData.From([Steps], losses);
    }
}
