using ComputeCore.Formats;
using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Nn;

/// <summary>
/// The whole state of a training in one safetensors file, written under a temporary name and renamed, so that a file of this
/// name is always complete: the model, the optimizer, the random generator, and the progress in the metadata.
/// </summary>
public static class Checkpoint
{
    private const string ModelPrefix = "model.";
    private const string OptimizerPrefix = "optimizer.";
    private const string RandomPrefix = "random.";

    /// <summary>The file in a checkpoint folder that training goes on from.</summary>
    public static string LastIn(string folder) => Path.Combine(folder, "last.safetensors");

    /// <summary>The file in a checkpoint folder with the best test accuracy.</summary>
    public static string BestIn(string folder) => Path.Combine(folder, "best.safetensors");

    /// <summary>Writes a checkpoint.</summary>
    /// <exception cref="IOException">The file can't be written; an earlier one of its name is still whole.</exception>
    public static void Save(string path, TrainingProgress progress, Module model, Optimizer optimizer, RandomGenerator random)
    {
        ArgumentNullException.ThrowIfNull(progress);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SafetensorsWriter.Write(path, Variables(model, optimizer, random).ToDictionary(entry => entry.Name, entry => entry.Variable.Read()), progress.ToMetadata());
    }

    /// <summary>Reads a checkpoint into a model, an optimizer and a generator. Nothing is changed unless all of it fits.</summary>
    /// <exception cref="InvalidFileException">The file is missing, damaged, or of another model or optimizer.</exception>
    public static TrainingProgress Load(string path, Module model, Optimizer optimizer, RandomGenerator random)
    {
        using var file = SafetensorsModel.Open(path);
        try
        {
            var progress = TrainingProgress.FromMetadata(file.Metadata);
            StateFile.Load(file, path, Variables(model, optimizer, random), name => name);
            return progress;
        }
        catch (FormatException e) when (e is not InvalidFileException)
        {
            throw new InvalidFileException(path, $"is not a checkpoint: {e.Message}", e);
        }
    }

    private static List<(string Name, Variable Variable)> Variables(Module model, Optimizer optimizer, RandomGenerator random) =>
    [
        .. model.State().Select(entry => (ModelPrefix + entry.Name, entry.Variable)),
        .. optimizer.State.Select(entry => (OptimizerPrefix + entry.Name, entry.Variable)),
        (RandomPrefix + "state", random.State),
    ];
}
