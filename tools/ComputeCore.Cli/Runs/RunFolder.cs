using System.Text;
using System.Text.Json;
using ComputeCore.Formats;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Runs;

/// <summary>What ran a run; <c>config.yaml</c> beside it holds the settings; <c>run.json</c> in its folder.</summary>
/// <param name="Recipe">The recipe's name.</param>
/// <param name="Device">The device's name.</param>
/// <param name="DeviceDescription">The hardware.</param>
/// <param name="Data">The folder of the data that was named, if one was.</param>
/// <param name="Version">ComputeCore's version.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="OperatingSystem">The system it ran on.</param>
/// <param name="Arguments">The command line.</param>
/// <param name="Started">When it began.</param>
internal sealed record RunDescription(
    string Recipe, string Device, string DeviceDescription, string? Data,
    string Version, string Runtime, string OperatingSystem, IReadOnlyList<string> Arguments, DateTimeOffset Started);

/// <summary>The files of one training run.</summary>
internal sealed class RunFolder(string path) : IDisposable
{
    private FileStream? held;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string DescriptionFile => In("run.json");

    /// <summary>All settings.</summary>
    public string ConfigurationFile => In("config.yaml");

    public string TokenizerFile => In("tokenizer.json");

    public string TrainingTokensFile => In("training.tokens");

    public string ValidationTokensFile => In("validation.tokens");

    /// <summary>The weights after the last validation.</summary>
    public string ModelFile => In("model.safetensors");

    public string CheckpointFolder => In("checkpoint");

    public string MetricsFile => In("metrics.jsonl");

    public string ValidationsFile => In("validations.json");

    public string CurvesFile => In("curves.png");

    public string ConfusionFile => In("confusion.png");

    /// <summary>A new folder in the cache, named by recipe and time.</summary>
    public static RunFolder New(string recipe) =>
        new(System.IO.Path.Combine(CacheFolder.Path, "runs", $"{recipe}-{DateTimeOffset.Now:yyyyMMdd-HHmmss-fff}"));

    /// <summary>Makes the folder, and keeps other processes from training in it until this one disposes it or ends.</summary>
    /// <exception cref="IOException">The folder can't be made, or another process trains in it.</exception>
    public void Create()
    {
        if (held is not null)
            return;
        try
        {
            Directory.CreateDirectory(Path);
            held = new FileStream(In("run.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists(In("run.lock")))
        {
            throw new IOException($"Another process trains in the folder '{Path}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CantBeWritten(e);
        }
    }

    /// <summary>Lets other processes train in the folder.</summary>
    public void Dispose() => held?.Dispose();

    /// <exception cref="IOException">The folder can't be made or written to.</exception>
    public void Create(RunDescription description)
    {
        Create();
        try
        {
            Write(DescriptionFile, description);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CantBeWritten(e);
        }
    }

    /// <summary>Writes the results of the validations so far.</summary>
    public void Save(IReadOnlyList<ValidationReport> validations) => Write(ValidationsFile, validations);

    /// <summary>The results of the first validations of an earlier part of the run.</summary>
    public List<ValidationReport> ReadValidations(int count)
    {
        if (count == 0 || !File.Exists(ValidationsFile))
            return [];
        return [.. Read<List<ValidationReport>>(ValidationsFile).Where(report => report.Number <= count)];
    }

    /// <exception cref="IOException">The folder holds no run.</exception>
    /// <exception cref="InvalidFileException">The run's description is damaged.</exception>
    public RunDescription ReadDescription()
    {
        if (!File.Exists(DescriptionFile))
            throw new IOException($"The folder '{Path}' is not a run's: it holds no run.json.");
        return Read<RunDescription>(DescriptionFile);
    }

    /// <exception cref="IOException">The run has no model yet.</exception>
    public void RequireModel()
    {
        if (!File.Exists(ModelFile))
            throw new IOException($"The folder '{Path}' holds no model yet: training did not come to its first validation.");
    }

    private IOException CantBeWritten(Exception e) => new($"The run's folder '{Path}' can't be written: {e.Message}", e);

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
