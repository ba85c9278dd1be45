using ComputeCore.Nn;

namespace ComputeCore.Models.Tests.Transformers;

/// <summary>Small models with weights large enough that every part matters.</summary>
internal static class SmallModels
{
    public const int Vocabulary = 61;

    public static IEnumerable<string> Causal => ["gpt2", "llama"];

    /// <summary>A causal language model for use, of two layers, with a context of 32 tokens.</summary>
    public static CausalLanguageModel Make(string name, RandomGenerator random)
    {
        CausalLanguageModel model = name == "gpt2"
            ? new Gpt2(new(2, 32, 4) { VocabularySize = Vocabulary, ContextLength = 32 }, random)
            : new Llama(new(2, 32, 4, 2, 48, Vocabulary, 32), random);
        return ForUse(model, random);
    }

    /// <summary>The model set to use, with normal weights of deviation 0.2.</summary>
    public static T ForUse<T>(T model, RandomGenerator random)
        where T : Module
    {
        foreach (var (_, variable) in model.Parameters())
            if (variable.Shape.Rank > 1)
                variable.Write(random.Normal(variable.Shape, 0, 0.2));
        model.Train(false);
        return model;
    }

    /// <summary>Tokens that depend on the seed.</summary>
    public static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
    }

    public static TensorData Integers(Shape shape, params int[] values) => TensorData.From(shape, values);

    public static void Release(Module model)
    {
        foreach (var (_, variable) in model.State())
            variable.Dispose();
    }
}
