using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;

namespace ComputeCore.Validation.Golden.Families;

/// <summary>Small Transformers: one pass forward and backward, then ten steps of training.</summary>
internal static class Transformers
{
    public static IReadOnlyDictionary<string, Computation> Computations { get; } = new[] { "gpt2", "llama", "bert", "translation" }
        .ToDictionary(family => family, _ => (Computation)Run);

    /// <summary>A model of the size that a case names, and how it is called.</summary>
    /// <param name="Module">The model.</param>
    /// <param name="Prefix">What the case's names have before the model's own.</param>
    /// <param name="Logits">From the case's inputs to its logits.</param>
    internal sealed record Subject(Module Module, string Prefix, Func<Tensor[], Tensor[]> Logits);

    /// <summary>Makes a case's model, with weights of its own.</summary>
    public static Subject SubjectOf(GoldenCase golden, RandomGenerator random)
    {
        var a = golden.Attributes;
        var (layers, width, heads, vocabulary) = (a.Integer("layers"), a.Integer("width"), a.Integer("heads"), a.Integer("vocabulary"));
        switch (golden.Operation)
        {
            case "gpt2":
                var gpt = new Gpt2(new(layers, width, heads) { VocabularySize = vocabulary, ContextLength = a.Integer("context"), Dropout = 0 }, random);
                return new(gpt, "transformer.", inputs => [gpt.Forward(inputs[0])]);
            case "llama":
                var llama = new Llama(new(layers, width, heads, a.Integer("key_heads"), a.Integer("hidden"), vocabulary, ContextLength: 64), random);
                return new(llama, "", inputs => [llama.Forward(inputs[0])]);
            case "bert":
                var bert = new BertPretraining(new(layers, width, heads) { VocabularySize = vocabulary, ContextLength = a.Integer("context"), Dropout = 0 }, random);
                return new(bert, "", inputs => bert.Forward(inputs[0], inputs[1], Attention.Spans(inputs[2])) is var (tokens, next) ? [tokens, next] : []);
            default:
                var translation = new TranslationTransformer(new(layers, width, heads, a.Integer("hidden")) { VocabularySize = vocabulary, Dropout = 0, HasFinalNorm = true }, random);
                return new(translation, "", inputs => [translation.Forward(inputs[0], inputs[1], Attention.Spans(inputs[2]))]);
        }
    }

    private static Dictionary<string, TensorData> Run(Device device, GoldenCase golden)
    {
        using var random = new RandomGenerator(0);
        var (model, prefix, logitsOf) = SubjectOf(golden, random);
        var parameters = model.Parameters();
        foreach (var (name, variable) in parameters)
            variable.Write(golden[$"state/{prefix}{name}"]);

        var (a, inputs, targets) = (golden.Attributes, golden.All("input"), golden.All("target"));
        using var once = new Function(device, batch =>
        {
            var (logits, loss) = Pass(batch);
            return [.. logits, loss, .. loss.Gradients([.. parameters.Select(parameter => parameter.Variable.ToTensor())])];
        });
        string[] names = [.. targets.Select((_, i) => $"logits{i}"), "loss", .. parameters.Select(parameter => $"grad/{prefix}{parameter.Name}")];
        var results = names.Zip(once.Run([.. inputs, .. targets])).ToDictionary();

        using var adam = new AdamW(parameters, a.Number("lr"), a.Number("weight_decay")) { Betas = a.Numbers("betas"), Epsilon = a.Number("eps") };
        using var step = new Function(device, batch =>
        {
            var (_, loss) = Pass(batch);
            adam.Minimize(loss);
            return [loss];
        });
        var losses = Enumerable.Range(0, a.Integer("steps")).Select(_ => step.Run([.. inputs, .. targets])[0].Item<float>()).ToArray();
        results["adamLosses"] = TensorData.From([losses.Length], losses);
        foreach (var (_, variable) in parameters)
            variable.Dispose();
        return results;

        (Tensor[] Logits, Tensor Loss) Pass(Tensor[] batch)
        {
            var logits = logitsOf(batch[..inputs.Length]);
            return (logits, logits.Zip(batch[inputs.Length..], LossOf).Aggregate((x, y) => x + y));
        }

        Tensor LossOf(Tensor logits, Tensor target) =>
            logits.Reshape(-1, logits.Shape[-1]).CrossEntropy(target.Reshape([(int)target.Shape.ElementCount]), labelSmoothing: a.Number("label_smoothing"));
    }
}
