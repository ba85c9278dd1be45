using System.Text;
using System.Text.Json;
using ComputeCore.Cli.Recipes;
using ComputeCore.Formats;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Runs;

/// <summary>What a run was started with and what ran it; <c>run.json</c> in its folder.</summary>
/// <param name="Recipe">The recipe's name.</param>
/// <param name="Device">The device's name.</param>
/// <param name="DeviceDescription">The hardware.</param>
/// <param name="Seed">Seed of weights, order and dropout.</param>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="Batch">Images in a batch.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Version">ComputeCore's version.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="OperatingSystem">The system it ran on.</param>
/// <param name="Arguments">The command line.</param>
/// <param name="Started">When it began.</param>
internal sealed record RunDescription(
    string Recipe, string Device, string DeviceDescription, int Seed, int Epochs, int Batch, double LearningRate,
    string Version, string Runtime, string OperatingSystem, IReadOnlyList<string> Arguments, DateTimeOffset Started);

/// <summary>The files of one training run.</summary>
internal sealed class RunFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string DescriptionFile => In("run.json");

    /// <summary>The weights after the last finished epoch.</summary>
    public string ModelFile => In("model.safetensors");

    public string CheckpointFolder => In("checkpoint");

    public string MetricsFile => In("metrics.jsonl");

    public string EpochsFile => In("epochs.json");

    public string CurvesFile => In("curves.png");

    public string ConfusionFile => In("confusion.png");

    /// <summary>A new folder in the cache, named by recipe and time.</summary>
    public static RunFolder New(string recipe) =>
        new(System.IO.Path.Combine(CacheFolder.Path, "runs", $"{recipe}-{DateTimeOffset.Now:yyyyMMdd-HHmmss-fff}"));

    /// <exception cref="IOException">The folder can't be made or written to.</exception>
    public void Create(RunDescription description)
    {
        try
        {
            Directory.CreateDirectory(Path);
            Write(DescriptionFile, description);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The run's folder '{Path}' can't be written: {e.Message}", e);
        }
    }

    /// <summary>Writes the results of the epochs so far.</summary>
    public void Save(IReadOnlyList<EpochSummary> epochs) => Write(EpochsFile, epochs);

    /// <summary>The results of the first epochs of an earlier part of the run.</summary>
    public List<EpochSummary> ReadEpochs(int count)
    {
        if (count == 0 || !File.Exists(EpochsFile))
            return [];
        return [.. Read<List<EpochSummary>>(EpochsFile).Where(epoch => epoch.Epoch <= count)];
    }

    /// <exception cref="IOException">The folder holds no run.</exception>
    /// <exception cref="InvalidFileException">The run's description is damaged.</exception>
    public RunDescription ReadDescription()
    {
        if (!File.Exists(DescriptionFile))
            throw new IOException($"The folder '{Path}' is not a run's: it holds no run.json.");
        return Read<RunDescription>(DescriptionFile);
    }

    /// <summary>The model as the run's last finished epoch left it.</summary>
    /// <exception cref="IOException">The folder holds no run, or no model yet.</exception>
    /// <exception cref="InvalidFileException">The model is damaged, or of another shape.</exception>
    public Sequential LoadModel(RandomGenerator random)
    {
        ReadDescription();
        if (!File.Exists(ModelFile))
            throw new IOException($"The folder '{Path}' holds no model yet: no epoch was finished.");
        var model = FashionMnistRecipe.CreateModel(random);
        StateFile.Load(ModelFile, model);
        return model;
    }

    private static void Write<T>(string file, T document) =>
        AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(Terminal.ToJson(document))));

    private static T Read<T>(string file)
    {
        try
        {
            return Terminal.FromJson<T>(File.ReadAllText(file)) ?? throw new InvalidFileException(file, "is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidFileException(file, "is not what ComputeCore writes there", e);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
