namespace ComputeCore.Data;

/// <summary>A change of one image before it goes into a batch. What is random follows from (seed, epoch, sample) alone.</summary>
public abstract class Transform
{
    private protected Transform()
    {
    }

    /// <summary>Refuses images that the transform can't be applied to.</summary>
    /// <param name="image">Element type, and shape [C, H, W].</param>
    internal abstract void Check(TensorType image);

    /// <summary>Changes an image in place.</summary>
    /// <param name="image">The elements.</param>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="random">The image's random numbers, which its transforms draw from in turn.</param>
    internal abstract void Apply<T>(Span<T> image, Shape shape, ref CounterRandom random)
        where T : unmanaged;
}
