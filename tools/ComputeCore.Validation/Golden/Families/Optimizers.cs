using ComputeCore.Devices;
using ComputeCore.Nn;

namespace ComputeCore.Validation.Golden.Families;

internal static class Optimizers
{
    public static IReadOnlyDictionary<string, Computation> Computations { get; } = new Dictionary<string, Computation>
    {
        ["sgd"] = Steps((parameter, a) => new Sgd(parameter, a.Number("lr"), a.Number("momentum"), a.Number("weight_decay"))
        {
            Dampening = a.Number("dampening"),
            Nesterov = a.Flag("nesterov"),
        }),
        ["adam"] = Steps((parameter, a) => new Adam(parameter, a.Number("lr"), a.Number("weight_decay"))
        {
            Betas = a.Numbers("betas"),
            Epsilon = a.Number("eps"),
        }),
        ["adamw"] = Steps((parameter, a) => new AdamW(parameter, a.Number("lr"), a.Number("weight_decay"))
        {
            Betas = a.Numbers("betas"),
            Epsilon = a.Number("eps"),
        }),
        ["rmsprop"] = Steps((parameter, a) => new RmsProp(parameter, a.Number("lr"), a.Number("momentum"), a.Flag("centered"), a.Number("weight_decay"))
        {
            Alpha = a.Number("alpha"),
            Epsilon = a.Number("eps"),
        }),
        ["clip_grad_norm_"] = Clip,
    };

    // Σ parameter · gradient is a loss with that gradient. input1 [steps, ...] are the gradients, output0 [steps, ...] the
    // parameter after each step.
    private static Computation Steps(Func<IReadOnlyList<(string, Variable)>, Attributes, Optimizer> make) => (device, golden) =>
    {
        using var parameter = new Variable("parameter", golden["input0"]);
        using var optimizer = make([(parameter.Name, parameter)], golden.Attributes);
        using var step = new Function(device, gradient =>
        {
            optimizer.Minimize((parameter * gradient[0]).Sum());
            return [];
        });

        var gradients = golden["input1"];
        var trajectory = new TensorData(gradients.Type);
        var size = (int)parameter.Type.SizeInBytes;
        for (var i = 0; i < gradients.Shape[0]; i++)
        {
            step.Run(new TensorData(parameter.Type, gradients.Bytes.Slice(i * size, size).ToArray()));
            parameter.Read().Bytes.CopyTo(trajectory.Bytes[(i * size)..]);
        }

        return new Dictionary<string, TensorData> { ["output0"] = trajectory };
    };

    // Plain gradient descent with the rate −1 adds the clipped gradients to parameters of zeros.
    private static Dictionary<string, TensorData> Clip(Device device, GoldenCase golden)
    {
        var gradients = golden.All("input");
        (string Name, Variable Variable)[] parameters = [.. gradients.Select((gradient, i) => ($"{i}", new Variable($"{i}", new TensorData(gradient.Type))))];
        using var optimizer = new Sgd(parameters, learningRate: -1) { MaximumGradientNorm = golden.Attributes.Number("max_norm") };
        using var step = new Function(device, tensors =>
        {
            optimizer.Minimize(tensors.Zip(parameters, (gradient, parameter) => (parameter.Variable * gradient).Sum()).Aggregate((a, b) => a + b));
            return [tensors.Select(gradient => gradient.SumOfSquares()).Aggregate((a, b) => a + b).Sqrt()];
        });
        TensorData[] results = [.. step.Run(gradients), .. parameters.Select(parameter => parameter.Variable.Read())];
        foreach (var (_, variable) in parameters)
            variable.Dispose();
        return results.Select((result, i) => ($"output{i}", result)).ToDictionary();
    }
}
