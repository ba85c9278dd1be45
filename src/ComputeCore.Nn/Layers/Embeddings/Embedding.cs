namespace ComputeCore.Nn;

/// <summary>A vector for each token of a vocabulary. Parameter: <c>weight</c> [vocabulary, width].</summary>
public sealed class Embedding : Layer
{
    private readonly Variable weight;
    private readonly int? paddingIndex;

    /// <summary>Makes the layer.</summary>
    /// <param name="vocabulary">How many tokens there are.</param>
    /// <param name="width">The vectors' length.</param>
    /// <param name="random">Where the initial vectors come from.</param>
    /// <param name="initializer">The initial vectors; standard normal, as PyTorch's, if none is given.</param>
    /// <param name="paddingIndex">A token whose vector is never trained.</param>
    public Embedding(int vocabulary, int width, RandomGenerator random, Initializer? initializer = null, int? paddingIndex = null)
    {
        weight = Parameter("weight", (initializer ?? Initializers.Normal(1))([vocabulary, width], random));
        this.paddingIndex = paddingIndex;
    }

    /// <summary>The vectors of tokens.</summary>
    /// <param name="input">Tokens, i32 or i64 of any shape; one outside of the vocabulary is an error when the function runs.</param>
    /// <exception cref="ShapeException">The tokens are no integers.</exception>
    public override Tensor Forward(Tensor input) => weight.ToTensor().IndexSelect(0, input, paddingIndex);

    /// <summary>
    /// How well vectors match each token's, x · weightᵀ: the logits of a model whose output weights are tied to its embedding
    /// (Press and Wolf, Using the Output Embedding to Improve Language Models, 2017).
    /// </summary>
    /// <param name="x">Vectors [..., width].</param>
    /// <exception cref="ShapeException">The vectors have another length.</exception>
    public Tensor Logits(Tensor x) => x.MatMul(weight, transposeOther: true);
}
