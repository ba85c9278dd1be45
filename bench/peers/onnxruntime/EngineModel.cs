using ComputeCore.Benchmarking;
using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;

namespace ComputeCore.Peers;

/// <summary>The engine with the exported weights. Input and result stay on the device.</summary>
internal sealed class EngineModel : IDisposable
{
    private readonly RandomGenerator random = new(1);
    private readonly Device device = Device.Open("cpu");
    private readonly Module model;
    private readonly Variable input;
    private readonly Function function;
    private Variable? result;

    /// <summary>Loads a case's weights.</summary>
    /// <param name="create">Makes the model.</param>
    /// <param name="weights">The safetensors file.</param>
    /// <param name="batch">What it runs on.</param>
    public EngineModel(ModelFactory create, string weights, TensorData batch)
    {
        (model, var forward) = create(random);
        if (model is PretrainedModel pretrained)
            pretrained.Load(weights);
        else
            StateFile.Load(weights, model);
        model.Train(false);
        input = new Variable("input", batch);
        function = new Function(device, _ =>
        {
            var output = forward(input);
            result = new Variable("result", new TensorData(output.Type));
            result.Assign(output);
            return [];
        });
    }

    public void Run() => function.Run();

    public TensorData Result() => result!.Read();

    public void Dispose()
    {
        function.Dispose();
        foreach (var (_, variable) in model.State())
            variable.Dispose();
        input.Dispose();
        result?.Dispose();
        device.Dispose();
        random.Dispose();
    }
}
