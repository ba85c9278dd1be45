namespace ComputeCore.Nn.Tests;

/// <summary>A small classification problem that can be learnt: noisy images, brighter in a place that depends on the class.</summary>
internal static class Problem
{
    public const int Classes = 10;

    /// <summary>Images f32 [count, 1, side, side] and labels i64 [count].</summary>
    public static TensorData[] Batch(int count, int side, int seed)
    {
        var random = new Random(seed);
        var pixels = new float[count * side * side];
        var labels = new long[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = random.Next(Classes);
            for (var p = 0; p < side * side; p++)
                pixels[i * side * side + p] = random.NextSingle() / 2 + (p * Classes / (side * side) == labels[i] ? 0.5f : 0);
        }

        return [TensorData.From([count, 1, side, side], pixels), TensorData.From([count], labels)];
    }

    /// <summary>Cross-entropy and right answers.</summary>
    public static Objective Classification(Layer model) => batch =>
    {
        var logits = model.Forward(batch[0]);
        return new BatchOutcome(logits.CrossEntropy(batch[1], reduction: LossReduction.Sum), Tensor.Scalar(batch[1].Shape[0]), logits.ArgMax(1).EqualTo(batch[1]).Cast(ElementType.Float32).Sum());
    };

    /// <summary>One step of training as a function of images and labels.</summary>
    public static Function Step(Devices.Device device, Layer model, Optimizer optimizer) => new(device, batch =>
    {
        model.Train();
        var (loss, count, correct) = Classification(model)(batch);
        optimizer.Minimize(loss, count);
        return [loss, correct];
    });

    /// <summary>The values of variables, for comparing bit for bit.</summary>
    public static byte[][] Bytes(IEnumerable<(string Name, Variable Variable)> variables) =>
        [.. variables.Select(entry => entry.Variable.Read().Bytes.ToArray())];
}
