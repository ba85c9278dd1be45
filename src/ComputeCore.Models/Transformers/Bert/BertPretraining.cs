using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// BERT with the two heads it is pretrained with: one guesses masked tokens, with output weights tied to the embedding, the
/// other whether the second sentence follows the first. Parameters are named as Hugging Face's <c>BertForPreTraining</c> names
/// them: <c>bert.…</c>, <c>cls.predictions.…</c>, <c>cls.seq_relationship.…</c>.
/// </summary>
public sealed class BertPretraining : PretrainedModel
{
    private readonly Linear transform;
    private readonly LayerNorm norm;
    private readonly Variable bias;
    private readonly Linear nextSentence;

    /// <summary>Makes the model with the paper's initial weights: normal with a deviation of 0.02.</summary>
    /// <param name="configuration">The sizes.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    public BertPretraining(BertConfiguration configuration, RandomGenerator random)
    {
        Bert = Register("bert", new Bert(configuration, random));
        transform = Register("cls.predictions.transform.dense", new Linear(configuration.Width, configuration.Width, random, initializer: Bert.Weights));
        norm = Register("cls.predictions.transform.LayerNorm", new LayerNorm([configuration.Width]) { Epsilon = configuration.Epsilon });
        bias = Parameter("cls.predictions.bias", Initializers.Constant([configuration.VocabularySize], 0));
        nextSentence = Register("cls.seq_relationship", new Linear(configuration.Width, 2, random, initializer: Bert.Weights));
    }

    /// <summary>The encoder.</summary>
    public Bert Bert { get; }

    /// <summary>Logits of each token, [B, T, V], and of whether the second sentence follows (0) or not (1), [B, 2].</summary>
    /// <inheritdoc cref="Bert.Forward" path="/param|/exception"/>
    public (Tensor Tokens, Tensor NextSentence) Forward(Tensor tokens, Tensor? segments = null, Tensor? spans = null)
    {
        var (encoded, pooled) = Bert.Forward(tokens, segments, spans);
        return (TokenLogits(encoded), NextSentenceLogits(pooled));
    }

    /// <summary>Logits [..., V] of the tokens that encoded ones [..., width] stand for; training needs only those of masked ones.</summary>
    /// <param name="encoded">What <see cref="Bert.Forward"/> made of tokens.</param>
    public Tensor TokenLogits(Tensor encoded) =>
        Bert.TokenEmbedding.Logits(norm.Forward(transform.Forward(encoded).Gelu())) + bias;

    /// <summary>Logits [B, 2] of whether the second sentence follows the first.</summary>
    /// <param name="pooled">What <see cref="Bert.Forward"/> made of the whole, [B, width].</param>
    public Tensor NextSentenceLogits(Tensor pooled) => nextSentence.Forward(pooled);

    /// <inheritdoc/>
    protected override string? VariableOf(string tensor) => Bert.Modern(tensor) switch
    {
        "bert.embeddings.position_ids" => null,
        "cls.predictions.decoder.weight" => "bert.embeddings.word_embeddings.weight",
        "cls.predictions.decoder.bias" => "cls.predictions.bias",
        var name => name,
    };
}
