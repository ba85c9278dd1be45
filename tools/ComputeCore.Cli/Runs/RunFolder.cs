using ComputeCore.Formats;

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

    public void Create(RunDescription description)
    {
        Directory.CreateDirectory(Path);
        AtomicFile.Write(DescriptionFile, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(Terminal.ToJson(description))));
    }

    /// <exception cref="InvalidFileException">The folder holds no run, or its description is damaged.</exception>
    public RunDescription ReadDescription()
    {
        if (!File.Exists(DescriptionFile))
            throw new InvalidFileException(Path, "is not a run's folder: it holds no run.json");
        try
        {
            return Terminal.FromJson<RunDescription>(File.ReadAllText(DescriptionFile)) ?? throw new InvalidFileException(DescriptionFile, "is empty");
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new InvalidFileException(DescriptionFile, "is not a run's description", e);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
