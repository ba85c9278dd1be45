using ComputeCore.Formats;
using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Nn;

/// <summary>A model's weights in a safetensors file, under PyTorch's <c>state_dict</c> names.</summary>
public static class StateFile
{
    /// <summary>Writes a model's parameters and buffers.</summary>
    /// <param name="path">The file; written under a temporary name and renamed.</param>
    /// <param name="model">The model.</param>
    /// <param name="metadata">Text to store beside the tensors.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void Save(string path, Module model, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(path, model.State().ToDictionary(entry => entry.Name, entry => entry.Variable.Read()), metadata);

    /// <summary>Reads a model's parameters and buffers, half-precision ones as f32. Nothing is changed unless all of them fit.</summary>
    /// <param name="path">The file, the index of several (<c>model.safetensors.index.json</c>), or their folder; see <see cref="SafetensorsModel.Open"/>.</param>
    /// <param name="model">The model.</param>
    /// <param name="nameOf">
    /// What the model calls a tensor of the file, null for one that it has no use for; the same by default. Tensors that it gives
    /// one name to, as tied weights are stored twice by some, must hold the same.
    /// </param>
    /// <exception cref="InvalidFileException">The file is damaged, lacks a tensor, has one too many, or one of another shape.</exception>
    public static void Load(string path, Module model, Func<string, string?>? nameOf = null)
    {
        using var file = SafetensorsModel.Open(path);
        Load(file, path, model.State(), nameOf ?? (name => name));
    }

    internal static void Load(SafetensorsModel file, string path, IReadOnlyList<(string Name, Variable Variable)> variables, Func<string, string?> nameOf)
    {
        var tensors = file.Names.Order(StringComparer.Ordinal).ToLookup(nameOf);
        foreach (var (name, variable) in variables)
        {
            if (!tensors.Contains(name))
                throw new InvalidFileException(path, $"has no tensor '{name}' {variable.Type}, which the model needs");
            foreach (var tensor in tensors[name])
                if (file.TypeOf(tensor) is var type && type != variable.Type)
                    throw new InvalidFileException(path, $"holds {InvalidFileException.Quote(tensor)} as {type}, but the model has {variable.Type}");
            foreach (var tensor in tensors[name].Skip(1))
                if (!file.View(tensor).Bytes.SequenceEqual(file.View(tensors[name].First()).Bytes))
                    throw new InvalidFileException(path, $"holds {InvalidFileException.Quote(tensor)} with other values than {InvalidFileException.Quote(tensors[name].First())}, which are one in the model");
        }

        var known = variables.Select(entry => entry.Name).ToHashSet();
        if (tensors.FirstOrDefault(group => group.Key is not null && !known.Contains(group.Key)) is { } unknown)
            throw new InvalidFileException(path, $"holds a tensor {InvalidFileException.Quote(unknown.First())}, which the model does not have");
        foreach (var (name, variable) in variables)
            variable.Write(file.View(tensors[name].First()));
    }
}
