namespace ComputeCore.Data;

/// <summary>Images of one size, held in memory, each with the number of its class.</summary>
public sealed class ImageClassificationDataset
{
    /// <summary>Takes images and labels, without copying.</summary>
    /// <param name="images">u8 [N, C, H, W].</param>
    /// <param name="labels">i64 [N], each from 0 to the number of classes less 1.</param>
    /// <param name="classNames">What the classes are called.</param>
    /// <exception cref="ArgumentException">The types or shapes are others, or a label lies outside of its range.</exception>
    public ImageClassificationDataset(TensorData images, TensorData labels, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        if (images.ElementType != ElementType.UInt8 || images.Shape.Rank != 4)
            throw new ArgumentException($"Images are u8[N, C, H, W], not {images}.", nameof(images));
        if (labels.ElementType != ElementType.Int64 || labels.Shape.Rank != 1 || labels.Shape[0] != images.Shape[0])
            throw new ArgumentException($"Labels of {images.Shape[0]} images are i64[{images.Shape[0]}], not {labels}.", nameof(labels));
        if (labels.AsSpan<long>().IndexOfAnyExceptInRange(0, classNames.Count - 1) is >= 0 and var index)
            throw new ArgumentException($"Label {index} is {labels.AsSpan<long>()[index]}, but there are {classNames.Count} classes.", nameof(labels));
        Images = images;
        Labels = labels;
        ClassNames = classNames;
    }

    /// <summary>The images, u8 [N, C, H, W].</summary>
    public TensorData Images { get; }

    /// <summary>The class of each image, i64 [N].</summary>
    public TensorData Labels { get; }

    /// <summary>What the classes are called, by number.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Images in the set: N.</summary>
    public int Count => Images.Shape[0];
}
