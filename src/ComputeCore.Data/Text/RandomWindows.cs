namespace ComputeCore.Data;

/// <summary>
/// Windows at random places of a text, batch by batch, for a language model. An epoch is a number of batches. Batches are as those
/// of <see cref="TokenBlocks"/>, and as exactly repeatable.
/// </summary>
/// <param name="text">The tokens.</param>
/// <param name="batch">Windows in a batch: B.</param>
/// <param name="length">Tokens in a window: T.</param>
/// <param name="batchesPerEpoch">Batches in each epoch.</param>
/// <param name="seed">From which the places follow.</param>
/// <exception cref="ArgumentException">The text has not enough tokens for a window.</exception>
public sealed class RandomWindows(TokenFile text, int batch, int length, int batchesPerEpoch, ulong seed)
{
    private readonly long places = text.Count - length > 0
        ? text.Count - length
        : throw new ArgumentException($"A text of {text.Count} tokens has no window of {length} tokens and the one that follows; take smaller windows, or a longer text.", nameof(text));

    /// <summary>Batches in each epoch.</summary>
    public int BatchesPerEpoch => batchesPerEpoch;

    /// <summary>The batches of an epoch from a given one on.</summary>
    public IEnumerable<IReadOnlyList<TensorData>> Epoch(int epoch, int firstBatch)
    {
        var tokens = new TokenBatch(batch, length);
        for (var number = firstBatch; number < batchesPerEpoch; number++)
        {
            var random = new CounterRandom(seed, epoch, (ulong)number);
            for (var row = 0; row < batch; row++)
                tokens.SetRow(row, text, random.Below(places));
            yield return tokens.Tensors;
        }
    }
}
