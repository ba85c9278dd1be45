namespace ComputeCore.Data;

/// <summary>Some images with their labels. The loader uses the memory again: valid until its next batch is asked for.</summary>
public sealed class Batch
{
    internal Batch(TensorData images, TensorData labels)
    {
        Images = images;
        Labels = labels;
    }

    /// <summary>The images, f32 or u8 [B, C, H, W].</summary>
    public TensorData Images { get; }

    /// <summary>The classes, i64 [B].</summary>
    public TensorData Labels { get; }

    /// <summary>Where the batch stands.</summary>
    public DataPosition Position { get; internal set; }

    /// <summary>Images in the batch: B.</summary>
    public int Count => Labels.Shape[0];
}
