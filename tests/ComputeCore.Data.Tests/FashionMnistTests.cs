using ComputeCore.Data.Tests.Idx;
using ComputeCore.Formats;
using NUnit.Framework;

namespace ComputeCore.Data.Tests;

public sealed class FashionMnistTests
{
    [Test]
    public void A_folder_is_loaded_with_and_without_compression([Values] bool isCompressed)
    {
        using var folder = new TemporaryFolder();
        Write(folder, isCompressed);
        var (training, test) = FashionMnist.Load(folder.File(""));

        Assert.That(training.Images.Shape, Is.EqualTo(Shape.Create([3, 1, 28, 28])));
        Assert.That(training.Images.Bytes.SequenceEqual(IdxBytes.Random(3 * 784, seed: 0)));
        Assert.That(training.Labels.AsSpan<long>().ToArray(), Is.EqualTo(new long[] { 9, 0, 5 }));
        Assert.That(training.ClassNames, Has.Count.EqualTo(10));
        Assert.That(test.Count, Is.EqualTo(2));
    }

    [Test]
    public void Labels_that_are_fewer_than_the_images_are_refused() =>
        AssertRefused("t10k-labels-idx1-ubyte", IdxBytes.File(0x08, [1], 1), "holds 1 labels, but");

    [Test]
    public void A_label_above_9_is_refused() =>
        AssertRefused("train-labels-idx1-ubyte", IdxBytes.File(0x08, [3], 1, 10, 2), "holds 10 as label 1");

    [Test]
    public void Images_in_place_of_labels_are_refused() =>
        AssertRefused("train-labels-idx1-ubyte", IdxBytes.File(0x08, [3, 1], 1, 2, 3), "not labels");

    [Test]
    public void Images_of_another_size_are_refused() =>
        AssertRefused("train-images-idx3-ubyte", IdxBytes.File(0x08, [3, 1, 1], 1, 2, 3), "u8[N, 28, 28]");

    [Test]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder, isCompressed: false);
        File.Delete(folder.File("t10k-labels-idx1-ubyte"));
        Assert.That(() => FashionMnist.Load(folder.File("")), Throws.TypeOf<FileNotFoundException>().With.Message.Contains("t10k-labels-idx1-ubyte"));
    }

    [Test]
    public void A_data_set_refuses_what_does_not_match()
    {
        var images = new TensorData(new TensorType(ElementType.UInt8, [2, 1, 4, 4]));
        Assert.Throws<ArgumentException>(() => _ = new ImageClassificationDataset(images, TensorData.From([1], 0L), ["a"]));
        Assert.Throws<ArgumentException>(() => _ = new ImageClassificationDataset(images, TensorData.From([2], 0, 0), ["a"]));
        Assert.Throws<ArgumentException>(() => _ = new ImageClassificationDataset(images, TensorData.From([2], 0L, 1L), ["a"]));
        Assert.Throws<ArgumentException>(() => _ = new ImageClassificationDataset(images, TensorData.From([2], 0L, -1L), ["a"]));
        Assert.Throws<ArgumentException>(() => _ = new ImageClassificationDataset(images.Reshape([2, 16]), TensorData.From([2], 0L, 0L), ["a"]));
    }

    private static void AssertRefused(string name, byte[] content, string reason)
    {
        using var folder = new TemporaryFolder();
        Write(folder, isCompressed: false);
        File.WriteAllBytes(folder.File(name), content);
        Assert.That(() => FashionMnist.Load(folder.File("")), Throws.TypeOf<InvalidFileException>().With.Message.Contains(reason).And.Message.Contains(name));
    }

    private static void Write(TemporaryFolder folder, bool isCompressed)
    {
        Write(folder, isCompressed, "train-images-idx3-ubyte", IdxBytes.File(0x08, [3, 28, 28], IdxBytes.Random(3 * 784, seed: 0)));
        Write(folder, isCompressed, "train-labels-idx1-ubyte", IdxBytes.File(0x08, [3], 9, 0, 5));
        Write(folder, isCompressed, "t10k-images-idx3-ubyte", IdxBytes.File(0x08, [2, 28, 28], new byte[2 * 784]));
        Write(folder, isCompressed, "t10k-labels-idx1-ubyte", IdxBytes.File(0x08, [2], 1, 1));
    }

    private static void Write(TemporaryFolder folder, bool isCompressed, string name, byte[] content) =>
        File.WriteAllBytes(folder.File(isCompressed ? name + ".gz" : name), isCompressed ? IdxBytes.Compressed(content) : content);
}
