using System.CommandLine;
using System.Globalization;
using ComputeCore.Cli.Runs;

namespace ComputeCore.Cli.Commands;

/// <summary><c>attention RUN TEXT</c>: draws which tokens a model's heads look at.</summary>
internal static class AttentionCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a run on text." };
        var text = new Argument<string>("TEXT") { Description = "The sentence." };
        var target = new Option<string?>("--target") { Description = "The translation that the decoder reads; the model's own by default.", HelpName = "TEXT" };
        var kind = new Option<string?>("--kind") { Description = "The encoder's attention, the decoder's, or the decoder's over the encoder (cross); all that the model has by default.", HelpName = "encoder|decoder|cross" };
        kind.AcceptOnlyFromAmong(AttentionMaps.Encoder, AttentionMaps.Decoder, AttentionMaps.Cross);
        var layers = Numbers("--layers", "Layers, from 0, with commas between them; all by default.");
        var heads = Numbers("--heads", "Heads, from 0, with commas between them; all by default.");
        var output = new Option<string?>("--out") { Description = "The folder for the pictures; 'attention' in the run's folder by default.", HelpName = "DIR" };
        var device = CommonOptions.Device();
        var command = new Command("attention", "Draw which tokens of a sentence the heads of a model look at. The weights are computed by a slow path that holds the whole matrix of tokens by tokens.")
        {
            run, text, target, kind, layers, heads, output, device,
        };
        command.SetAction(parsed =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            using var opened = Devices.Device.Open(parsed.GetRequiredValue(device));
            var maps = AttentionMaps.Of(opened, folder, parsed.GetRequiredValue(text), parsed.GetValue(target));
            if (parsed.GetValue(kind) is { } wanted)
                maps = [.. maps.Where(map => map.Kind == wanted)];
            if (maps.Count == 0)
                throw new ArgumentException($"The model of '{folder.Path}' has no attention of the kind '{parsed.GetValue(kind)}'.");
            var (chosenLayers, chosenHeads) = (
                Chosen(parsed.GetValue(layers), maps.Max(map => map.Layer) + 1, "layer"), Chosen(parsed.GetValue(heads), maps[0].Heads, "head"));
            maps = [.. maps.Where(map => chosenLayers.Contains(map.Layer))];

            var pictures = Directory.CreateDirectory(parsed.GetValue(output) ?? Path.Combine(folder.Path, "attention")).FullName;
            string[] files = [.. maps.Select(map => Path.Combine(pictures, $"{map.Kind}-{map.Layer}.png"))];
            foreach (var (map, file) in maps.Zip(files))
                Charts.Attention(map, chosenHeads, file);
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new
                {
                    run = folder.Path,
                    device = opened.Name,
                    layers = maps.Zip(files, (map, picture) => new
                    {
                        map.Kind, map.Layer, picture, map.Queries, map.Keys, heads = chosenHeads.Select(head => new { head, weights = map.Head(head) }),
                    }),
                });
            else
                Array.ForEach(files, Console.WriteLine);
            return ExitCode.Done;
        });
        return command;
    }

    private static int[] Chosen(int[]? wanted, int count, string what)
    {
        // An option that is not given counts as an empty list.
        if (wanted is null or [])
            return [.. Enumerable.Range(0, count)];
        return wanted[^1] < count ? wanted : throw new ArgumentException($"There is no {what} {wanted[^1]}: the model has {count}, from 0 to {count - 1}.");
    }

    private static Option<int[]> Numbers(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N,N…",
        CustomParser = result =>
        {
            var numbers = new List<int>();
            foreach (var part in result.Tokens[0].Value.Split(','))
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    result.AddError($"{name} must be whole numbers that are not negative, with commas between them, not '{result.Tokens[0].Value}'.");
                numbers.Add(number);
            }

            return [.. numbers.Distinct().Order()];
        },
    };
}
