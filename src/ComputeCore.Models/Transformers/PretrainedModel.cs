using ComputeCore.Formats;
using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// A model with published weights. Its variables have the names of the tensors in Hugging Face's files, so that
/// <see cref="StateFile.Save"/> writes what other libraries read.
/// </summary>
public abstract class PretrainedModel : Module
{
    /// <summary>
    /// Reads weights from safetensors files: Hugging Face's, or one that <see cref="StateFile.Save"/> wrote. Half-precision ones
    /// become f32. Nothing is changed unless all of them fit.
    /// </summary>
    /// <param name="path">The file, the index of several (<c>model.safetensors.index.json</c>), or their folder.</param>
    /// <exception cref="InvalidFileException">The file is damaged, lacks a tensor, has one too many, or one of another shape.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public void Load(string path) => StateFile.Load(path, this, VariableOf);

    /// <summary>The name of the variable that a file's tensor is; null for a tensor that the model has no use for.</summary>
    /// <param name="tensor">The tensor's name, in any of the forms that files of the family have.</param>
    protected abstract string? VariableOf(string tensor);
}
