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

    /// <summary>Reads a model's parameters and buffers. Nothing is changed unless all of them fit.</summary>
    /// <exception cref="InvalidFileException">The file is damaged, lacks a tensor, has one too many, or one of another shape.</exception>
    public static void Load(string path, Module model)
    {
        using var file = SafetensorsFile.Open(path);
        Load(file, path, model.State());
    }

    internal static void Load(SafetensorsFile file, string path, IReadOnlyList<(string Name, Variable Variable)> variables)
    {
        foreach (var (name, variable) in variables)
        {
            if (!file.Contains(name))
                throw new InvalidFileException(path, $"has no tensor '{name}', which the model needs");
            if (file.TypeOf(name) is var type && type != variable.Type)
                throw new InvalidFileException(path, $"holds '{name}' as {type}, but the model has {variable.Type}");
        }

        if (file.Names.Except(variables.Select(entry => entry.Name)).FirstOrDefault() is { } unknown)
            throw new InvalidFileException(path, $"holds a tensor {InvalidFileException.Quote(unknown)}, which the model does not have");
        foreach (var (name, variable) in variables)
            variable.Write(file.View(name));
    }
}
