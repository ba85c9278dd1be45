using ComputeCore.Formats;

namespace ComputeCore.Data;

/// <summary>
/// Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 x 28, gray, in ten classes (Xiao, Rasul and Vollgraf,
/// 2017, arXiv:1708.07747). <see cref="FashionMnistSource"/> fetches it.
/// </summary>
public static class FashionMnist
{
    /// <summary>What the ten classes are called, by number.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>
    /// Loads the data set from a folder that holds its four files, <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>,
    /// <c>t10k-images-idx3-ubyte</c> and <c>t10k-labels-idx1-ubyte</c>, each with or without <c>.gz</c>.
    /// </summary>
    /// <exception cref="InvalidFileException">A file is damaged, or images and labels do not match.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public static (ImageClassificationDataset Training, ImageClassificationDataset Test) Load(string folder) =>
        (LoadPart(folder, "train"), LoadPart(folder, "t10k"));

    private static ImageClassificationDataset LoadPart(string folder, string part)
    {
        var imagesPath = Find(folder, $"{part}-images-idx3-ubyte");
        var labelsPath = Find(folder, $"{part}-labels-idx1-ubyte");

        var images = IdxFile.Read(imagesPath);
        if (images.ElementType != ElementType.UInt8 || images.Shape.Rank != 3 || images.Shape[1] != 28 || images.Shape[2] != 28)
            throw new InvalidFileException(imagesPath, $"holds {images}, not images u8[N, 28, 28]");
        var labels = IdxFile.Read(labelsPath);
        if (labels.ElementType != ElementType.UInt8 || labels.Shape.Rank != 1)
            throw new InvalidFileException(labelsPath, $"holds {labels}, not labels u8[N]");
        if (labels.Shape[0] != images.Shape[0])
            throw new InvalidFileException(labelsPath, $"holds {labels.Shape[0]} labels, but '{imagesPath}' holds {images.Shape[0]} images");
        if (labels.Bytes.IndexOfAnyExceptInRange((byte)0, (byte)(ClassNames.Count - 1)) is >= 0 and var index)
            throw new InvalidFileException(labelsPath, $"holds {labels.Bytes[index]} as label {index}; labels lie from 0 to {ClassNames.Count - 1}");

        return new ImageClassificationDataset(images.Reshape([images.Shape[0], 1, 28, 28]), Widen(labels), ClassNames);
    }

    private static string Find(string folder, string name)
    {
        var compressed = Path.Combine(folder, name + ".gz");
        var plain = Path.Combine(folder, name);
        return File.Exists(compressed) ? compressed
            : File.Exists(plain) ? plain
            : throw new FileNotFoundException($"The folder '{folder}' holds neither {name}.gz nor {name}, a file of Fashion-MNIST.", compressed);
    }

    private static TensorData Widen(TensorData labels)
    {
        var widened = new long[labels.Shape[0]];
        for (var i = 0; i < widened.Length; i++)
            widened[i] = labels.Bytes[i];
        return TensorData.From(labels.Shape, widened);
    }
}
