namespace ComputeCore;

/// <summary>A number for each of a plane's two directions: a kernel's size, a stride, a padding. One number stands for both.</summary>
/// <param name="Height">Down the rows.</param>
/// <param name="Width">Along the columns.</param>
public readonly record struct Pair(int Height, int Width)
{
    /// <summary>The same number in both directions.</summary>
    public static implicit operator Pair(int both) => new(both, both);

    /// <inheritdoc/>
    public override string ToString() => $"({Height}, {Width})";
}
