using ComputeCore.Data.Tests.Idx;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Loading;

public sealed class DataLoaderTests
{
    private static readonly Transform[] Augmentation = [new RandomCrop(2), new RandomHorizontalFlip(), new Normalize([0.5f], [0.25f])];

    [Test]
    public void An_epoch_without_shuffling_is_the_data_set_in_its_order()
    {
        var dataset = Dataset(10);
        using var loader = new DataLoader(dataset, new DataLoaderOptions { BatchSize = 4, Shuffle = false });
        Assert.That(loader.BatchesPerEpoch, Is.EqualTo(3));
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var sample = 0;
            for (var index = 0; index < 3; index++)
            {
                Assert.That(loader.Position, Is.EqualTo(new DataPosition(epoch, index)));
                var batch = loader.Next();
                Assert.That(batch.Position, Is.EqualTo(new DataPosition(epoch, index)));
                Assert.That(batch.Images.Type, Is.EqualTo(new TensorType(ElementType.Float32, [index < 2 ? 4 : 2, 1, 6, 7])));
                for (var i = 0; i < batch.Count; i++, sample++)
                {
                    Assert.That(batch.Labels.AsSpan<long>()[i], Is.EqualTo(sample % 3));
                    for (var pixel = 0; pixel < 42; pixel++)
                        Assert.That(batch.Images.AsSpan<float>()[(i * 42) + pixel], Is.EqualTo(dataset.Images.Bytes[(sample * 42) + pixel] / 255f));
                }
            }

            Assert.That(sample, Is.EqualTo(10));
        }
    }

    [Test]
    public void Every_epoch_holds_every_image_once_in_an_order_of_its_own()
    {
        var dataset = NumberedDataset(100);
        using var loader = new DataLoader(dataset, new DataLoaderOptions { BatchSize = 7, ImageType = ElementType.UInt8, Seed = 5 });
        var epochs = Enumerable.Range(0, 4).Select(_ => Numbers(loader, loader.BatchesPerEpoch)).ToArray();
        foreach (var epoch in epochs)
            Assert.That(epoch, Is.EquivalentTo(Enumerable.Range(0, 100)));
        Assert.That(epochs.Select(epoch => string.Join(' ', epoch)).Distinct().Count(), Is.EqualTo(4));
    }

    [Test]
    public void The_last_batch_can_be_left_out()
    {
        using var loader = new DataLoader(NumberedDataset(100), new DataLoaderOptions { BatchSize = 7, ImageType = ElementType.UInt8, DropLast = true });
        Assert.That(loader.BatchesPerEpoch, Is.EqualTo(14));
        Assert.That(Numbers(loader, 14).Distinct().Count(), Is.EqualTo(98));
        Assert.That(loader.Position, Is.EqualTo(new DataPosition(1, 0)));
    }

    [Test]
    public void A_batch_may_be_larger_than_the_data_set()
    {
        using var loader = new DataLoader(NumberedDataset(5), new DataLoaderOptions { BatchSize = 1_000_000_000, ImageType = ElementType.UInt8 });
        Assert.That(loader.BatchesPerEpoch, Is.EqualTo(1));
        Assert.That(Numbers(loader, 1), Is.EquivalentTo(Enumerable.Range(0, 5)));
        Assert.That(loader.Next().Position, Is.EqualTo(new DataPosition(1, 0)));
    }

    [Test]
    public void A_loader_started_anywhere_gives_what_another_gives_there([Values(ElementType.Float32, ElementType.UInt8)] ElementType type)
    {
        var dataset = Dataset(23);
        var options = new DataLoaderOptions { BatchSize = 5, Seed = 9, ImageType = type, Transforms = type == ElementType.Float32 ? Augmentation : Augmentation[..2] };
        using var whole = new DataLoader(dataset, options);
        for (var i = 0; i < 12; i++)
        {
            var position = whole.Position;
            var expected = whole.Next();
            using var resumed = new DataLoader(dataset, options, position);
            var batch = resumed.Next();
            Assert.That(batch.Position, Is.EqualTo(position));
            Assert.That(batch.Labels.Bytes.SequenceEqual(expected.Labels.Bytes));
            Assert.That(batch.Images.Bytes.SequenceEqual(expected.Images.Bytes));
            Assert.That(resumed.Position, Is.EqualTo(whole.Position));
        }
    }

    [Test]
    public void A_batch_stays_as_it_is_until_the_next_is_asked_for()
    {
        using var loader = new DataLoader(Dataset(64), new DataLoaderOptions { BatchSize = 8, Transforms = Augmentation });
        for (var i = 0; i < 20; i++)
        {
            var batch = loader.Next();
            var copy = batch.Images.Bytes.ToArray();
            Thread.Sleep(2);
            Assert.That(batch.Images.Bytes.SequenceEqual(copy));
        }
    }

    [Test]
    public void Nothing_is_allocated_in_steady_state()
    {
        using var loader = new DataLoader(Dataset(1000), new DataLoaderOptions { BatchSize = 16, Transforms = Augmentation });
        for (var i = 0; i < 200; i++)
            loader.Next();
        // Other threads of the test host allocate at times; the loader, in every round if at all.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 200; i++)
                loader.Next();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.LessThan(200), "200 batches");
    }

    [Test]
    public void A_failure_in_the_background_surfaces_after_the_batches_before_it()
    {
        var dataset = NumberedDataset(100);
        using var loader = new DataLoader(dataset, new DataLoaderOptions { BatchSize = 10, Shuffle = false, ImageType = ElementType.UInt8, Transforms = [new FailAt(35)] });
        Assert.That(Numbers(loader, 3), Is.EqualTo(Enumerable.Range(0, 30)));
        Assert.That(() => loader.Next(), Throws.InvalidOperationException.With.Message.EqualTo("at 35"));
        Assert.That(() => loader.Next(), Throws.InvalidOperationException);
        Assert.That(loader.Position, Is.EqualTo(new DataPosition(0, 3)));
    }

    [Test]
    public void Disposing_ends_at_once_at_any_moment()
    {
        for (var taken = 0; taken < 20; taken++)
        {
            var loader = new DataLoader(Dataset(50), new DataLoaderOptions { BatchSize = 8 });
            for (var i = 0; i < taken; i++)
                loader.Next();
            loader.Dispose();
            loader.Dispose();
            Assert.Throws<ObjectDisposedException>(() => loader.Next());
        }
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        var dataset = Dataset(10);
        void Refused(DataLoaderOptions options, DataPosition start = default) =>
            Assert.That(() => new DataLoader(dataset, options, start), Throws.InstanceOf<ArgumentException>());
        Refused(new() { BatchSize = 0 });
        Refused(new() { BatchSize = 11, DropLast = true });
        Refused(new() { BatchSize = 4, ImageType = ElementType.Int32 });
        Refused(new() { BatchSize = 4 }, new DataPosition(0, 3));
        Refused(new() { BatchSize = 4 }, new DataPosition(-1, 0));
        Refused(new() { BatchSize = 4, ImageType = ElementType.UInt8, Transforms = Augmentation });
        Refused(new() { BatchSize = 4, Transforms = [new Normalize([1, 2, 3], [1, 2, 3])] });
    }

    [Test]
    public void Pixels_are_divided_by_255([Values(0, 1, 63, 64, 65, 300)] int count)
    {
        var pixels = Enumerable.Range(0, count).Select(i => (byte)i).ToArray();
        var values = new float[count];
        PixelConversion.ToUnitInterval(pixels, values);
        Assert.That(values, Is.EqualTo(pixels.Select(pixel => pixel / 255f)));
    }

    private static int[] Numbers(DataLoader loader, int batches)
    {
        var numbers = new List<int>();
        for (var i = 0; i < batches; i++)
        {
            foreach (var number in loader.Next().Images.Bytes)
                numbers.Add(number);
        }

        return [.. numbers];
    }

    /// <summary>Images of 6 x 7 random pixels in three classes.</summary>
    private static ImageClassificationDataset Dataset(int count) => new(
        TensorData.From<byte>([count, 1, 6, 7], IdxBytes.Random(count * 42, seed: 8)),
        TensorData.From<long>([count], [.. Enumerable.Range(0, count).Select(i => (long)(i % 3))]),
        ["a", "b", "c"]);

    /// <summary>Images of one pixel, the image's number.</summary>
    private static ImageClassificationDataset NumberedDataset(int count) => new(
        TensorData.From<byte>([count, 1, 1, 1], [.. Enumerable.Range(0, count).Select(i => (byte)i)]),
        new TensorData(new TensorType(ElementType.Int64, [count])),
        ["a"]);

    private sealed class FailAt(byte number) : Transform
    {
        internal override void Check(TensorType image)
        {
        }

        internal override void Apply<T>(Span<T> image, Shape shape, ref CounterRandom random)
        {
            if (image[0].Equals(number))
                throw new InvalidOperationException($"at {number}");
        }
    }
}
