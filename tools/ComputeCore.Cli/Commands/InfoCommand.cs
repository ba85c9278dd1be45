using System.CommandLine;
using ComputeCore.Cli.Runs;
using ComputeCore.Formats.Safetensors;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>info FILE</c>: what a safetensors file, or the model of a run, holds.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file, the index of several, or the folder of them or of a run." };
        var command = new Command("info", "Show the tensors, layers and parameters of a model.") { file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            if (File.Exists(new RunFolder(path).DescriptionFile))
                new RunFolder(path).RequireModel();
            var info = Read(path);
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(info);
            else
                Print(info);
            return ExitCode.Done;
        });
        return command;
    }

    private static FileInfoDocument Read(string path)
    {
        using var model = SafetensorsModel.Open(path);
        TensorInfo[] tensors = [.. model.Names.Select(name => Describe(name, model.Describe(name))).OrderBy(tensor => tensor.Name, NaturalOrder.Instance)];
        LayerInfo[] layers = [.. tensors.GroupBy(tensor => LayerOf(tensor.Name)).Select(group =>
            new LayerInfo(group.Key, [.. group.Select(tensor => tensor.Name)], group.Sum(tensor => tensor.Elements)))];
        return new FileInfoDocument(
            path, model.Files.Sum(file => new FileInfo(file).Length), tensors.Sum(tensor => tensor.Elements), tensors, layers, model.Metadata);
    }

    private static TensorInfo Describe(string name, StoredTensor tensor) =>
        new(name, tensor.Type.ToLowerInvariant(), tensor.Shape.ToArray(), tensor.Shape.ElementCount, tensor.Bytes);

    // By state_dict's naming, the part before the last point is the layer.
    private static string LayerOf(string name) => name.LastIndexOf('.') is >= 0 and var point ? name[..point] : "";

    private static void Print(FileInfoDocument info)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Layer", "Tensor", "Type", "Shape").AddColumn("Parameters", column => column.RightAligned());
        foreach (var layer in info.Layers)
        {
            var first = true;
            foreach (var tensor in info.Tensors.Where(tensor => layer.Tensors.Contains(tensor.Name)))
            {
                var name = layer.Name.Length == 0 ? tensor.Name : tensor.Name[(layer.Name.Length + 1)..];
                table.AddRow(first ? Markup.Escape(layer.Name) : "", Markup.Escape(name), tensor.Type, Markup.Escape($"[{string.Join(", ", tensor.Shape)}]"), $"{tensor.Elements:N0}");
                first = false;
            }
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{info.Tensors.Count} tensors in {info.Layers.Count} layers, {info.Parameters:N0} parameters, {info.Bytes:N0} bytes");
        foreach (var (key, value) in info.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            AnsiConsole.WriteLine($"{key}: {value}");
    }

    private sealed record TensorInfo(string Name, string Type, int[] Shape, long Elements, long Bytes);

    private sealed record LayerInfo(string Name, IReadOnlyList<string> Tensors, long Parameters);

    private sealed record FileInfoDocument(
        string File, long Bytes, long Parameters, IReadOnlyList<TensorInfo> Tensors, IReadOnlyList<LayerInfo> Layers, IReadOnlyDictionary<string, string> Metadata);
}
