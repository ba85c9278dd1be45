using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>A model that predicts each token of a text from those before it.</summary>
/// <remarks>
/// <c>spans</c>, i32 [B, 3], holds for each sequence where it begins (after padding on the left), where it ends, and the position
/// of the first of the tokens given; (0, T, 0) without it.
/// </remarks>
public abstract class CausalLanguageModel : PretrainedModel
{
    /// <summary>How many tokens the vocabulary has: the extent of the logits.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The longest sequence that the model can take, in tokens.</summary>
    public abstract int ContextLength { get; }

    /// <summary>Logits of the token after each token.</summary>
    /// <param name="tokens">i32 or i64 [B, T], at most <see cref="ContextLength"/> of them in a sequence.</param>
    /// <param name="spans">What is seen.</param>
    /// <returns>[B, T, V].</returns>
    /// <exception cref="ShapeException">The tokens are no such tensor, or there are too many.</exception>
    public Tensor Forward(Tensor tokens, Tensor? spans = null) => Logits(Hidden(Checked(tokens), spans, cache: null));

    /// <summary>Makes an empty cache for <see cref="Decode"/>.</summary>
    /// <param name="batch">How many sequences are decoded together.</param>
    /// <param name="capacity">How long they may become, at most <see cref="ContextLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not from 1 to <see cref="ContextLength"/>.</exception>
    public KeyValueCache CreateCache(int batch, int capacity)
    {
        if (capacity < 1 || capacity > ContextLength)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"Sequences of {capacity} tokens were asked for; the model takes 1 to {ContextLength}.");
        return NewCache(batch, capacity);
    }

    /// <summary>Logits of the token after the last one, with the keys and values of all earlier tokens taken from a cache.</summary>
    /// <param name="tokens">The next T tokens of each sequence, i32 or i64 [B, T].</param>
    /// <param name="cache">
    /// What earlier calls have seen, to which these tokens are added at the positions from <c>spans[b, 2]</c> on. What lies behind
    /// its capacity is not kept, so whoever counts tokens has to stop there.
    /// </param>
    /// <param name="spans">What is seen, i32 [B, 3]: the end is that of the new tokens, and the last number is the position of the first of them.</param>
    /// <returns>[B, V].</returns>
    /// <exception cref="ShapeException">The tokens are no such tensor, or there are too many.</exception>
    public Tensor Decode(Tensor tokens, KeyValueCache cache, Tensor spans) =>
        Logits(Hidden(Checked(tokens), spans, cache).Select(1, -1));

    /// <summary>What the model makes of each token, normalized, before the output weights: [B, T, width].</summary>
    private protected abstract Tensor Hidden(Tensor tokens, Tensor? spans, KeyValueCache? cache);

    /// <summary>Logits [..., V] of vectors [..., width].</summary>
    private protected abstract Tensor Logits(Tensor hidden);

    private protected abstract KeyValueCache NewCache(int batch, int capacity);

    private Tensor Checked(Tensor tokens)
    {
        if (tokens.Rank != 2 || tokens.Shape[1] == 0)
            throw new ShapeException($"A language model takes tokens [batch, tokens], but was given {tokens.Type}.");
        if (tokens.Shape[1] > ContextLength)
            throw new ShapeException($"A sequence of {tokens.Shape[1]} tokens is longer than the model's context of {ContextLength}.");
        return tokens;
    }
}
