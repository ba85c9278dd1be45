using ComputeCore.Cli.Recipes;
using ComputeCore.Devices;
using ComputeCore.Nn;
using ComputeCore.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>How much each token of a sentence looks at each other one, in the heads of one layer.</summary>
/// <param name="Kind">Whose attention: <see cref="AttentionMaps.Encoder"/>, <see cref="AttentionMaps.Decoder"/> or <see cref="AttentionMaps.Cross"/>.</param>
/// <param name="Layer">The layer, from 0.</param>
/// <param name="Queries">The T tokens that look.</param>
/// <param name="Keys">The S tokens that are looked at.</param>
/// <param name="Weights">f32 [1, heads, T, S]; rows sum to 1.</param>
internal sealed record AttentionMap(string Kind, int Layer, IReadOnlyList<string> Queries, IReadOnlyList<string> Keys, TensorData Weights)
{
    public int Heads => Weights.Shape[1];

    /// <summary>A head's weights [T, S].</summary>
    public float[][] Head(int head) =>
        [.. Enumerable.Range(head * Queries.Count, Queries.Count).Select(row => Weights.AsSpan<float>().Slice(row * Keys.Count, Keys.Count).ToArray())];
}

/// <summary>
/// The attention weights of a run's model. They come from <see cref="AttentionHeads.WeightsObserver"/>: the slow path, which
/// holds what the fused attention never does.
/// </summary>
internal static class AttentionMaps
{
    /// <summary>Of an encoder's tokens over each other.</summary>
    public const string Encoder = "encoder";

    /// <summary>Of a decoder's tokens over those up to themselves.</summary>
    public const string Decoder = "decoder";

    /// <summary>Of a decoder's tokens over the encoder's.</summary>
    public const string Cross = "cross";

    /// <summary>The maps of all layers.</summary>
    /// <param name="device">Where the model runs.</param>
    /// <param name="folder">A run on text, of whatever kind.</param>
    /// <param name="sentence">What the model reads.</param>
    /// <param name="target">The translation that a translation model's decoder reads; its own if null.</param>
    /// <exception cref="ArgumentException">The sentence is empty or longer than the model's context, or the run is of another kind.</exception>
    public static IReadOnlyList<AttentionMap> Of(Device device, RunFolder folder, string sentence, string? target)
    {
        using var random = new RandomGenerator(0);
        var configuration = TextRun.Configuration(folder);
        if (target is not null && configuration is not TranslationRecipeConfiguration)
            throw TextRun.IsNo("a translation model for --target", folder);
        switch (configuration)
        {
            case LanguageModelConfiguration:
            {
                var (model, tokenizer) = TextRun.LoadLanguageModel(folder, random);
                return Observe(device, model, tokenizer, x => model.Forward(x[0]), tokenizer.Encode(sentence));
            }

            case MaskedLanguageModelConfiguration:
            {
                var (model, tokenizer) = TextRun.LoadBert(folder, random);
                var special = tokenizer.SpecialTokens;
                return Observe(device, model, tokenizer, x => model.Bert.Forward(x[0]).Tokens, [special["[CLS]"], .. tokenizer.Encode(sentence), special["[SEP]"]]);
            }

            case TranslationRecipeConfiguration:
            {
                var (model, tokenizer) = TextRun.LoadTranslation(folder, random);
                using var translator = new Translator(device, model, tokenizer, beams: 4, lengthPenalty: 0.6);
                var source = translator.Source(sentence);
                int[] read = [translator.Begin, .. target is null ? translator.Translate(source) : tokenizer.Encode(target)];
                return Observe(device, model, tokenizer, x => model.Forward(x[0], x[1]), source, read);
            }

            default:
                throw TextRun.IsNo("a run on text", folder);
        }
    }

    private static AttentionMap[] Observe(Device device, Module model, Tokenizer tokenizer, Func<Tensor[], Tensor> forward, params int[][] inputs)
    {
        if (inputs[0].Length == 0)
            throw new ArgumentException("The sentence is empty.");
        (string Name, AttentionHeads Heads)[] layers = [.. model.Descendants().Where(entry => entry.Module is AttentionHeads).Select(entry => (entry.Name, (AttentionHeads)entry.Module))];
        var observed = new Tensor[layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            var index = i;
            layers[i].Heads.WeightsObserver = weights => observed[index] = weights;
        }

        using var function = new Function(device, x =>
        {
            forward(x);
            return observed;
        });
        var results = function.Run([.. inputs.Select(ids => TensorData.From([1, ids.Length], ids))]);
        string[][] labels = [.. inputs.Select(ids => Array.ConvertAll(ids, id => TokenLabel.Of(tokenizer, id)))];
        var counts = new Dictionary<string, int>();
        return [.. layers.Zip(results, (layer, weights) =>
        {
            var kind = KindOf(layer.Name);
            var number = counts.GetValueOrDefault(kind);
            counts[kind] = number + 1;
            return new AttentionMap(kind, number, labels[kind == Encoder ? 0 : ^1], labels[kind == Decoder ? ^1 : 0], weights);
        })];
    }

    // By the names of PyTorch's and Hugging Face's files; a GPT's blocks have none of these.
    private static string KindOf(string module) =>
        module.Contains("multihead_attn", StringComparison.Ordinal) ? Cross : module.Contains("encoder.", StringComparison.Ordinal) ? Encoder : Decoder;
}
