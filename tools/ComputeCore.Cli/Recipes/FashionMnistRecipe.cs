using ComputeCore.Data;
using ComputeCore.Models;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Recipes;

/// <summary>
/// The reference recipe <c>fashion-mnist</c>: the small CNN on Fashion-MNIST, batches of 64, Adam at 1e-3, pixels in [0, 1].
/// </summary>
internal static class FashionMnistRecipe
{
    public const string Name = "fashion-mnist";
    public const int DefaultEpochs = 3;
    public const int DefaultBatch = 64;
    public const double DefaultLearningRate = 1e-3;
    // Large batches would make the test, not the training, the peak of memory.
    private const int TestBatch = 50;

    public static Sequential CreateModel(RandomGenerator random) => SmallCnn.Create(random);

    /// <summary>Mean cross-entropy, and how many images were classified rightly.</summary>
    public static Objective Objective(Layer model) => batch =>
    {
        var (images, labels) = (batch[0], batch[1]);
        var logits = model.Forward(images);
        return new BatchOutcome(logits.CrossEntropy(labels), logits.ArgMax(1).EqualTo(labels).Cast(ElementType.Float32).Sum());
    };

    /// <summary>The data set, fetched into the cache if no folder is named.</summary>
    public static (ImageClassificationDataset Training, ImageClassificationDataset Test) Load(string? folder) =>
        FashionMnist.Load(folder ?? DataSources.Fetch(Name));

    /// <summary>A batch of noise, of the types of the data set's.</summary>
    public static TensorData[] RandomBatch(int batch, RandomGenerator random) =>
        [random.Uniform([batch, 1, 28, 28], 0, 1), TensorData.From([batch], [.. Enumerable.Range(0, batch).Select(i => (long)(i % 10))])];

    public static BatchSource Training(ImageClassificationDataset data, int batch, int seed, out int batches)
    {
        var options = new DataLoaderOptions { BatchSize = batch, Seed = (ulong)seed };
        batches = (data.Count + batch - 1) / batch;
        return (epoch, first) => Batches(data, options, new DataPosition(epoch, first));
    }

    public static BatchSource Test(ImageClassificationDataset data)
    {
        var options = new DataLoaderOptions { BatchSize = TestBatch, Shuffle = false };
        return (_, first) => Batches(data, options, new DataPosition(0, first));
    }

    private static IEnumerable<IReadOnlyList<TensorData>> Batches(ImageClassificationDataset data, DataLoaderOptions options, DataPosition start)
    {
        using var loader = new DataLoader(data, options, start);
        for (var i = start.Batch; i < loader.BatchesPerEpoch; i++)
        {
            var batch = loader.Next();
            yield return new TensorData[] { batch.Images, batch.Labels };
        }
    }
}
