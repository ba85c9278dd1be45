using ComputeCore.Cli.Recipes;
using ComputeCore.Formats;
using ComputeCore.Formats.Safetensors;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>Models of runs on text, with their tokenizers.</summary>
internal static class TextRun
{
    /// <exception cref="InvalidFileException">A file of the run is damaged, or the vocabulary does not match the weights.</exception>
    /// <exception cref="ArgumentException">The run is of another kind.</exception>
    public static (CausalLanguageModel Model, Tokenizer Tokenizer) LoadLanguageModel(RunFolder folder, RandomGenerator random) => Load<LanguageModelConfiguration, CausalLanguageModel>(
        folder, "a language model", (configuration, size) => LanguageModelRecipe.CreateModel(configuration, size, random));

    /// <inheritdoc cref="LoadLanguageModel"/>
    public static (TranslationTransformer Model, Tokenizer Tokenizer) LoadTranslation(RunFolder folder, RandomGenerator random) => Load<TranslationRecipeConfiguration, TranslationTransformer>(
        folder, "a translation model", (configuration, size) => TranslationRecipe.CreateModel(configuration, size, random));

    /// <inheritdoc cref="LoadLanguageModel"/>
    public static (BertPretraining Model, Tokenizer Tokenizer) LoadBert(RunFolder folder, RandomGenerator random) => Load<MaskedLanguageModelConfiguration, BertPretraining>(
        folder, "a BERT", (configuration, size) => MaskedLanguageModelRecipe.CreateModel(configuration, size, random));

    /// <summary>The vectors of a run's vocabulary, f32 [tokens, width].</summary>
    /// <inheritdoc cref="LoadLanguageModel"/>
    public static (TensorData Table, Tokenizer Tokenizer) LoadEmbedding(RunFolder folder)
    {
        var name = EmbeddingOf(folder, Configuration(folder));
        var tokenizer = LoadTokenizer(folder, name);
        using var file = SafetensorsFile.Open(folder.ModelFile);
        return (file.Read(name), tokenizer);
    }

    /// <summary>The configuration of a run, of whatever kind.</summary>
    public static object Configuration(RunFolder folder) => Recipe.Named(folder.ReadDescription().Recipe).Settings.Read(folder.ConfigurationFile);

    /// <summary>What is said of a run that is of another kind than the command takes.</summary>
    public static ArgumentException IsNo(string kind, RunFolder folder) =>
        new($"The run '{folder.Path}' is of the recipe {folder.ReadDescription().Recipe}; this command needs {kind}.");

    private static (TModel, Tokenizer) Load<TConfiguration, TModel>(RunFolder folder, string kind, Func<TConfiguration, int, TModel> create)
        where TConfiguration : TextConfiguration
        where TModel : Module
    {
        if (Configuration(folder) is not TConfiguration configuration)
            throw IsNo(kind, folder);
        var tokenizer = LoadTokenizer(folder, EmbeddingOf(folder, configuration));
        var model = create(configuration, tokenizer.VocabularySize);
        StateFile.Load(folder.ModelFile, model);
        model.Train(false);
        return (model, tokenizer);
    }

    private static string EmbeddingOf(RunFolder folder, object configuration) => configuration switch
    {
        LanguageModelConfiguration => "wte.weight",
        TranslationRecipeConfiguration => "embedding.weight",
        MaskedLanguageModelConfiguration => "bert.embeddings.word_embeddings.weight",
        _ => throw IsNo("a run on text", folder),
    };

    private static Tokenizer LoadTokenizer(RunFolder folder, string embedding)
    {
        folder.RequireModel();
        var tokenizer = Tokenizer.Load(folder.TokenizerFile);
        using var file = SafetensorsFile.Open(folder.ModelFile);
        if (file.Contains(embedding) && file.TypeOf(embedding).Shape is { Rank: 2 } shape && shape[0] != tokenizer.VocabularySize)
            throw new InvalidFileException(folder.TokenizerFile, $"has a vocabulary of {tokenizer.VocabularySize} tokens, but the weights in '{folder.ModelFile}' are for {shape[0]}");
        return tokenizer;
    }
}
