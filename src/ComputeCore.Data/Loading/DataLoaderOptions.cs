namespace ComputeCore.Data;

/// <summary>How a <see cref="DataLoader"/> makes batches.</summary>
public sealed record DataLoaderOptions
{
    /// <summary>Images per batch, at least 1.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Whether each epoch has an order of its own; otherwise every epoch has the data set's.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>From which the orders and the random transforms follow.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the images at the end of an epoch that fill no batch are left out; otherwise they make a smaller one.</summary>
    public bool DropLast { get; init; }

    /// <summary><see cref="ElementType.Float32"/> for pixels from 0 to 1, or <see cref="ElementType.UInt8"/> for pixels as they are.</summary>
    public ElementType ImageType { get; init; } = ElementType.Float32;

    /// <summary>What is done to each image, in this order.</summary>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];
}
