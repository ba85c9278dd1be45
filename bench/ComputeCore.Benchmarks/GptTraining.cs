using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Text;

namespace ComputeCore.Benchmarks;

/// <summary>The training of the recipe <c>gpt-char</c> on windows of a text: 4 layers of 4 heads, 128 wide, AdamW.</summary>
internal sealed class GptTraining : ITraining
{
    private const int Batch = 12;
    private const int Context = 64;

    private readonly Device device;
    private readonly RandomGenerator random = new(1);
    private readonly AdamW optimizer;
    private readonly Function step;
    private readonly long[] text;
    private readonly Random places = new(1);
    private readonly CosineSchedule schedule = new(1e-3, 2000, 1e-4, 100);
    private int steps;

    public GptTraining(string deviceName, string file)
    {
        device = Device.Open(deviceName);
        var bytes = Utf8Text.Read(file);
        var tokenizer = CharacterTokenizer.Train([bytes]);
        var tokens = new List<int>();
        tokenizer.Encode(bytes.Span, tokens);
        text = [.. tokens.Select(token => (long)token)];
        var model = new Gpt2(new(4, 128, 4) { VocabularySize = tokenizer.VocabularySize, ContextLength = Context, Dropout = 0 }, random);
        optimizer = new AdamW(AdamW.DecayGroups(model.Parameters(), 0.1)) { Betas = (0.9, 0.99), MaximumGradientNorm = 1 };
        step = new Function(device, inputs =>
        {
            model.Train();
            var loss = model.Forward(inputs[0]).Reshape(Batch * Context, tokenizer.VocabularySize).CrossEntropy(inputs[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
    }

    public float Step()
    {
        var (inputs, targets) = (new long[Batch * Context], new long[Batch * Context]);
        for (var row = 0; row < Batch; row++)
        {
            var start = places.Next(text.Length - Context);
            text.AsSpan(start, Context).CopyTo(inputs.AsSpan(row * Context));
            text.AsSpan(start + 1, Context).CopyTo(targets.AsSpan(row * Context));
        }

        optimizer.LearningRate = schedule.At(steps++);
        return step.Run(TensorData.From([Batch, Context], inputs), TensorData.From([Batch * Context], targets))[0].Item<float>();
    }

    public void Dispose()
    {
        step.Dispose();
        optimizer.Dispose();
        random.Dispose();
        device.Dispose();
    }
}
