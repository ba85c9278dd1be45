namespace ComputeCore.Data;

/// <summary>
/// A text cut into blocks of one length, batch by batch, for a language model: each epoch has every block once, in an order of its
/// own. What is left at the end of the text, and of the epoch's last batch, is not seen in that epoch.
/// </summary>
/// <remarks>
/// A batch is a pure function of the text, the settings, its epoch and its number, so that a training goes on exactly where it
/// stopped. It is two tensors in memory that the next batch uses again: tokens i32 [B, T], and i64 [B, T], the ones that follow them.
/// </remarks>
/// <param name="text">The tokens.</param>
/// <param name="batch">Blocks in a batch: B.</param>
/// <param name="length">Tokens in a block: T. The target of a block's last token is the next block's first.</param>
/// <param name="seed">From which the orders follow.</param>
/// <param name="isShuffled">Whether each epoch has an order of its own; otherwise it is the text's, as for a validation.</param>
/// <exception cref="ArgumentException">The text has not enough tokens for one batch.</exception>
public sealed class TokenBlocks(TokenFile text, int batch, int length, ulong seed, bool isShuffled = true)
{
    private readonly SampleOrder order = new(CountBlocks(text, batch, length), seed, isShuffled);

    /// <summary>Batches in each epoch.</summary>
    public int BatchesPerEpoch { get; } = CountBlocks(text, batch, length) / batch;

    /// <summary>The batches of an epoch from a given one on.</summary>
    public IEnumerable<IReadOnlyList<TensorData>> Epoch(int epoch, int firstBatch)
    {
        var tokens = new TokenBatch(batch, length);
        for (var number = firstBatch; number < BatchesPerEpoch; number++)
        {
            for (var row = 0; row < batch; row++)
                tokens.SetRow(row, text, (long)order.Of(epoch)[(number * batch) + row] * length);
            yield return tokens.Tensors;
        }
    }

    private static int CountBlocks(TokenFile text, int batch, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var blocks = (text.Count - 1) / length;
        return blocks >= batch
            ? (int)Math.Min(blocks, int.MaxValue)
            : throw new ArgumentException($"A text of {text.Count} tokens makes no batch of {batch} blocks of {length}; take smaller ones, or a longer text.", nameof(text));
    }
}
