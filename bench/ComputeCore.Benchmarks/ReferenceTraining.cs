using ComputeCore.Data;
using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;

namespace ComputeCore.Benchmarks;

/// <summary>The reference CNN's training on Fashion-MNIST on any device, step by step, from one seed.</summary>
internal sealed class ReferenceTraining : ITraining
{
    private const int Batch = 64;

    private readonly Device device;
    private readonly RandomGenerator random = new(1);
    private readonly Adam optimizer;
    private readonly Function step;
    private readonly DataLoader loader;

    public ReferenceTraining(string deviceName, ImageClassificationDataset training)
    {
        device = Device.Open(deviceName);
        var model = SmallCnn.Create(random);
        optimizer = new Adam(model.Parameters());
        step = new Function(device, inputs =>
        {
            model.Train();
            var loss = model.Forward(inputs[0]).CrossEntropy(inputs[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
        loader = new DataLoader(training, new DataLoaderOptions { BatchSize = Batch, Seed = 1 });
        StepsPerEpoch = (training.Count + Batch - 1) / Batch;
    }

    public int StepsPerEpoch { get; }

    public float Step()
    {
        var batch = loader.Next();
        return step.Run(batch.Images, batch.Labels)[0].Item<float>();
    }

    public void Dispose()
    {
        loader.Dispose();
        step.Dispose();
        optimizer.Dispose();
        random.Dispose();
        device.Dispose();
    }
}
