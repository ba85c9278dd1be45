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

    /// <summary>Cross-entropy, and how many images were classified rightly.</summary>
    public static Objective Objective(Layer model) => batch =>
    {
        var (images, labels) = (batch[0], batch[1]);
        var logits = model.Forward(images);
        return new BatchOutcome(logits.CrossEntropy(labels, reduction: LossReduction.Sum), Tensor.Scalar(labels.Shape[0]), logits.ArgMax(1).EqualTo(labels).Cast(ElementType.Float32).Sum());
    };

    /// <summary>The data set, fetched into the cache if no folder is named.</summary>
    public static (ImageClassificationDataset Training, ImageClassificationDataset Test) Load(string? folder) =>
        FashionMnist.Load(folder ?? DataSources.Fetch(Name));

    /// <summary>A batch of noise, of the types of the data set's.</summary>
    public static TensorData[] RandomBatch(int batch, RandomGenerator random) =>
        [random.Uniform([batch, 1, 28, 28], 0, 1), TensorData.From([batch], [.. Enumerable.Range(0, batch).Select(i => (long)(i % 10))])];

    public static BatchSource Training(ImageClassificationDataset data, int batch, int seed, out int batchesPerEpoch)
    {
        var options = new DataLoaderOptions { BatchSize = batch, Seed = (ulong)seed };
        var perEpoch = batchesPerEpoch = (data.Count + batch - 1) / batch;
        return first => Batches(data, options, new DataPosition((int)(first / perEpoch), (int)(first % perEpoch)));
    }

    public static IEnumerable<TensorData[]> Test(ImageClassificationDataset data) =>
        Batches(data, new DataLoaderOptions { BatchSize = TestBatch, Shuffle = false }, default)
            .Take((data.Count + TestBatch - 1) / TestBatch);

    private static IEnumerable<TensorData[]> Batches(ImageClassificationDataset data, DataLoaderOptions options, DataPosition start)
    {
        using var loader = new DataLoader(data, options, start);
        while (true)
        {
            var batch = loader.Next();
            yield return [batch.Images, batch.Labels];
        }
    }
}
