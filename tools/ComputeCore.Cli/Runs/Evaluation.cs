using ComputeCore.Devices;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Runs;

/// <summary>How a model does on a data set.</summary>
/// <param name="Loss">Mean cross-entropy in nats.</param>
/// <param name="Accuracy">The share classified rightly, from 0 to 1.</param>
/// <param name="Confusion">How often each true class (row) was taken for each class (column).</param>
internal sealed record Evaluation(double Loss, double Accuracy, IReadOnlyList<int[]> Confusion)
{
    public static Evaluation Of(Device device, Layer model, IEnumerable<TensorData[]> data, int classCount)
    {
        model.Train(false);
        using var function = new Function(device, batch =>
        {
            var logits = model.Forward(batch[0]);
            return [logits.CrossEntropy(batch[1], reduction: LossReduction.Sum), logits.ArgMax(1)];
        });

        var (loss, count) = (0.0, 0);
        int[][] confusion = [.. Enumerable.Range(0, classCount).Select(_ => new int[classCount])];
        foreach (var batch in data)
        {
            var results = function.Run(batch);
            loss += results[0].Item<float>();
            count += batch[1].Shape[0];
            var truths = batch[1].AsSpan<long>();
            var predictions = results[1].AsSpan<long>();
            for (var i = 0; i < truths.Length; i++)
                confusion[truths[i]][predictions[i]]++;
        }

        return new Evaluation(loss / count, Enumerable.Range(0, classCount).Sum(i => confusion[i][i]) / (double)count, confusion);
    }
}
