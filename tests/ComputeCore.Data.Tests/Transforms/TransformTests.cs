using ComputeCore.Data.Tests.Idx;
using NUnit.Framework;

namespace ComputeCore.Data.Tests.Transforms;

public sealed class TransformTests
{
    private static readonly Shape ImageShape = [2, 5, 7];

    [Test]
    public void Normalizing_subtracts_the_mean_and_divides_by_the_deviation_of_each_channel()
    {
        Shape shape = [2, 5, 20];
        var image = Enumerable.Range(0, 200).Select(i => i / 199f).ToArray();
        var expected = image.Select((value, i) => i < 100 ? (value - 0.2f) / 0.3f : (value - 0.5f) / 0.7f).ToArray();
        var random = new CounterRandom(0);
        new Normalize([0.2f, 0.5f], [0.3f, 0.7f]).Apply<float>(image, shape, ref random);
        Assert.That(image, Is.EqualTo(expected));
    }

    [Test]
    public void Deviations_must_be_positive_and_as_many_as_the_means()
    {
        Assert.Throws<ArgumentException>(() => _ = new Normalize([1], [0]));
        Assert.Throws<ArgumentException>(() => _ = new Normalize([1], [float.NaN]));
        Assert.Throws<ArgumentException>(() => _ = new Normalize([1], [1, 1]));
    }

    [Test]
    public void Half_of_the_images_are_mirrored()
    {
        var original = IdxBytes.Random(70, seed: 1);
        var mirrored = new byte[70];
        for (var i = 0; i < 70; i++)
            mirrored[(i / 7 * 7) + 6 - (i % 7)] = original[i];
        var count = 0;
        for (var seed = 0ul; seed < 1000; seed++)
        {
            var image = Apply(new RandomHorizontalFlip(), original, seed);
            Assert.That(image, Is.EqualTo(original).Or.EqualTo(mirrored));
            count += image.SequenceEqual(mirrored) ? 1 : 0;
        }

        Assert.That(count, Is.EqualTo(500).Within(60));
    }

    [Test]
    public void A_crop_is_one_of_those_of_the_padded_image_and_all_occur([Values(0, 1, 3, 9)] int padding)
    {
        var original = IdxBytes.Random(70, seed: 2);
        var crops = new HashSet<string>();
        for (var top = 0; top <= 2 * padding; top++)
        {
            for (var left = 0; left <= 2 * padding; left++)
                crops.Add(Convert.ToHexString(Crop(original, padding, top, left)));
        }

        var seen = new HashSet<string>();
        for (var seed = 0ul; seed < 10_000; seed++)
            seen.Add(Convert.ToHexString(Apply(new RandomCrop(padding), original, seed)));
        Assert.That(seen, Is.EquivalentTo(crops));
    }

    [Test]
    public void Crops_of_bytes_and_of_floats_are_the_same()
    {
        var bytes = IdxBytes.Random(70, seed: 3);
        for (var seed = 0ul; seed < 100; seed++)
        {
            var floats = Apply(new RandomCrop(2), Array.ConvertAll(bytes, value => (float)value), seed);
            Assert.That(Array.ConvertAll(floats, value => (byte)value), Is.EqualTo(Apply(new RandomCrop(2), bytes, seed)));
        }
    }

    private static T[] Apply<T>(Transform transform, T[] original, ulong seed)
        where T : unmanaged
    {
        var image = (T[])original.Clone();
        var random = new CounterRandom(seed, epoch: 0, stream: 0);
        transform.Apply<T>(image, ImageShape, ref random);
        return image;
    }

    private static byte[] Crop(byte[] original, int padding, int top, int left)
    {
        var crop = new byte[70];
        for (var i = 0; i < 70; i++)
        {
            var (channel, y, x) = (i / 35, (i / 7 % 5) + top - padding, (i % 7) + left - padding);
            if (y is >= 0 and < 5 && x is >= 0 and < 7)
                crop[i] = original[(channel * 35) + (y * 7) + x];
        }

        return crop;
    }
}
