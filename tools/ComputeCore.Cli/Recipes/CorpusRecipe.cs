using ComputeCore.Cli.Configuration;
using ComputeCore.Cli.Runs;
using ComputeCore.Data;
using ComputeCore.Formats;
using ComputeCore.Text;

namespace ComputeCore.Cli.Recipes;

/// <summary>What recipes on one long text let the user set.</summary>
internal abstract record CorpusConfiguration : TextConfiguration
{
    [Setting("A text, or files with commas between them.")]
    public string Text { get; init; } = "moby-dick";

    [Setting("Sequences in a batch.", Minimum = 1)]
    public int Batch { get; init; } = 12;
}

/// <summary>A recipe on one long text: the run's folder gets a tokenizer and the tokens of both of the text's parts, once.</summary>
internal abstract class CorpusRecipe<T> : Recipe
    where T : CorpusConfiguration
{
    public override TrainingJob Prepare(object configuration, RunFolder folder, string? data)
    {
        var settings = (T)configuration;
        if (!File.Exists(folder.ValidationTokensFile))
        {
            var (training, validation) = Load(settings, data ?? settings.Text);
            var trained = Train(settings, training, validation);
            folder.Create();
            trained.Save(folder.TokenizerFile);
            Encode(trained, training, folder.TrainingTokensFile);
            Encode(trained, validation, folder.ValidationTokensFile);
        }

        var tokenizer = Tokenizer.Load(folder.TokenizerFile);
        return Job(settings, tokenizer, new TokenFiles(Open(folder.TrainingTokensFile, tokenizer), Open(folder.ValidationTokensFile, tokenizer)));
    }

    protected virtual (byte[] Training, byte[] Validation) Load(T configuration, string text) => TextSources.Load(text);

    protected abstract Tokenizer Train(T configuration, byte[] training, byte[] validation);

    protected virtual void Encode(Tokenizer tokenizer, byte[] text, string path) => TextSources.Encode(tokenizer, text, path);

    protected abstract TrainingJob Job(T configuration, Tokenizer tokenizer, TokenFiles text);

    private static TokenFile Open(string path, Tokenizer tokenizer)
    {
        var file = TokenFile.Open(path);
        if (file.VocabularySize == tokenizer.VocabularySize)
            return file;
        file.Dispose();
        throw new InvalidFileException(path, $"holds tokens of a vocabulary of {file.VocabularySize}, but the run's tokenizer.json has one of {tokenizer.VocabularySize}");
    }
}

/// <summary>The tokens of a text.</summary>
internal sealed record TokenFiles(TokenFile Training, TokenFile Validation) : IDisposable
{
    public string Summary => $"{Training.Count:N0} tokens to train on, {Validation.Count:N0} to validate";

    public void Dispose()
    {
        Training.Dispose();
        Validation.Dispose();
    }
}
