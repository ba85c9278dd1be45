using System.Text.Json;

namespace ComputeCore.Formats.Safetensors;

/// <summary>
/// The tensors of a model: those of a safetensors file, or of several of them, the shards that an index lists. The index is
/// Hugging Face's <c>model.safetensors.index.json</c>: <c>{"weight_map": {"wte.weight": "model-00001-of-00002.safetensors", …}}</c>,
/// with the shards beside it.
/// </summary>
/// <remarks>A tensor that a shard holds and the index does not list is not part of the model.</remarks>
public sealed class SafetensorsModel : IDisposable
{
    private const string FileName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    // The index of a model of a thousand layers has less than a megabyte.
    private const long LongestIndex = 100_000_000;

    private readonly string path;
    private readonly Dictionary<string, SafetensorsFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsFile> owners = new(StringComparer.Ordinal);

    private SafetensorsModel(string path) => this.path = path;

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => owners.Keys;

    /// <summary>The files that hold the tensors.</summary>
    public IReadOnlyCollection<string> Files => files.Keys;

    /// <summary>What the files say of themselves; of two that use one key, the first has it.</summary>
    public IReadOnlyDictionary<string, string> Metadata =>
        files.Values.SelectMany(file => file.Metadata).DistinctBy(entry => entry.Key).ToDictionary(StringComparer.Ordinal);

    /// <summary>Opens a model.</summary>
    /// <param name="path">A safetensors file, an index (<c>.json</c>), or a folder with <c>model.safetensors.index.json</c> or <c>model.safetensors</c>.</param>
    /// <exception cref="InvalidFileException">A file is not what its format demands, or the index and its shards do not match.</exception>
    /// <exception cref="IOException">A file does not exist or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static SafetensorsModel Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
            path = Path.Combine(path, File.Exists(Path.Combine(path, IndexName)) ? IndexName : FileName);
        var model = new SafetensorsModel(path);
        try
        {
            if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                model.OpenShards();
            else
                model.OpenFile();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Whether the model has a tensor.</summary>
    public bool Contains(string name) => owners.ContainsKey(name);

    /// <inheritdoc cref="SafetensorsFile.Describe"/>
    public StoredTensor Describe(string name) => OwnerOf(name).Describe(name);

    /// <inheritdoc cref="SafetensorsFile.TypeOf"/>
    public TensorType TypeOf(string name) => OwnerOf(name).TypeOf(name);

    /// <inheritdoc cref="SafetensorsFile.View"/>
    public TensorData View(string name) => OwnerOf(name).View(name);

    /// <inheritdoc cref="SafetensorsFile.Read"/>
    public TensorData Read(string name) => OwnerOf(name).Read(name);

    /// <summary>Closes the files. Tensors from <see cref="View"/> throw when they are used afterwards.</summary>
    public void Dispose()
    {
        foreach (var file in files.Values)
            file.Dispose();
    }

    private void OpenFile()
    {
        var file = files[path] = SafetensorsFile.Open(path);
        foreach (var name in file.Names)
            owners[name] = file;
    }

    private void OpenShards()
    {
        foreach (var (tensor, shard) in ReadIndex())
        {
            if (shard.Length == 0 || shard != Path.GetFileName(shard) || shard is "." or "..")
                throw new InvalidFileException(path, $"places the tensor {InvalidFileException.Quote(tensor)} in {InvalidFileException.Quote(shard)}, which is no name of a file beside it");
            var shardPath = Path.Combine(Path.GetDirectoryName(path)!, shard);
            if (!files.TryGetValue(shardPath, out var file))
            {
                if (!File.Exists(shardPath))
                    throw new InvalidFileException(path, $"places the tensor {InvalidFileException.Quote(tensor)} in {InvalidFileException.Quote(shard)}, which does not exist");
                files[shardPath] = file = SafetensorsFile.Open(shardPath);
            }

            if (!file.Contains(tensor))
                throw new InvalidFileException(path, $"places the tensor {InvalidFileException.Quote(tensor)} in {InvalidFileException.Quote(shard)}, which does not hold it");
            if (!owners.TryAdd(tensor, file))
                throw new InvalidFileException(path, $"places the tensor {InvalidFileException.Quote(tensor)} twice");
        }
    }

    private List<(string Tensor, string Shard)> ReadIndex()
    {
        if (new FileInfo(path).Length > LongestIndex)
            throw new InvalidFileException(path, $"is longer than the {LongestIndex} bytes that an index may have");
        try
        {
            using var index = JsonDocument.Parse(File.ReadAllBytes(path));
            if (index.RootElement.ValueKind != JsonValueKind.Object || !index.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw new InvalidFileException(path, "has no weight_map that names a file for each tensor");
            var places = new List<(string, string)>();
            foreach (var entry in map.EnumerateObject())
                places.Add((entry.Name, entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : throw new InvalidFileException(path, $"gives the tensor {InvalidFileException.Quote(entry.Name)} a place that is no name of a file")));
            return places;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidFileException(path, e is JsonException { LineNumber: { } line } ? $"is not JSON in line {line + 1}" : "has text that is not valid Unicode", e);
        }
    }

    private SafetensorsFile OwnerOf(string name) => owners.TryGetValue(name, out var file)
        ? file
        : throw new InvalidFileException(path, $"holds no tensor {InvalidFileException.Quote(name)}");
}
