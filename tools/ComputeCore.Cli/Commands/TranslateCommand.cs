using System.CommandLine;
using System.Text;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;

namespace ComputeCore.Cli.Commands;

/// <summary><c>translate RUN TEXT</c>: translates sentences with the model of a run.</summary>
internal static class TranslateCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder." };
        var text = new Argument<string?>("TEXT") { Description = "The sentence.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "A file with a sentence in each line.", HelpName = "FILE" };
        var beams = CommonOptions.Restricted("--beams", "How many beams search; 1 takes the likeliest token each time.", 4, value => value >= 1, "must be a whole number, at least 1", "N");
        var lengthPenalty = CommonOptions.Restricted("--length-penalty", "How much longer translations are preferred.", 0.6, value => value is >= 0 and < double.PositiveInfinity, "must be a number that is not negative", "X");
        var device = CommonOptions.Device();
        var command = new Command("translate", "Translate sentences with the model of a run.") { run, text, file, beams, lengthPenalty, device };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) is null == result.GetValue(file) is null)
                result.AddError("translate takes either TEXT or --file FILE.");
        });
        command.SetAction(parsed =>
        {
            using var opened = Devices.Device.Open(parsed.GetRequiredValue(device));
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            using var random = new RandomGenerator(0);
            var (model, tokenizer) = TextRun.LoadTranslation(folder, random);
            using var translator = new Translator(opened, model, tokenizer, parsed.GetValue(beams), parsed.GetValue(lengthPenalty));
            var path = parsed.GetValue(file);
            string[] sentences = path is null ? [parsed.GetValue(text)!] : Lines(path);
            // All of them, before the first is translated: nothing is printed of a file with a line that is too long.
            int[][] sources = [.. sentences.Select((sentence, i) => path is null ? translator.Source(sentence) : translator.Source(sentence, $"Line {i + 1} of '{path}'"))];
            var isForScripts = parsed.GetValue(CommonOptions.Json);
            var translations = new string[sentences.Length];
            for (var i = 0; i < sentences.Length; i++)
            {
                // An empty line stays one, so that lines of both files belong together.
                translations[i] = sentences[i].Length == 0 ? "" : translator.Text(translator.Translate(sources[i]));
                if (!isForScripts)
                    Console.WriteLine(translations[i]);
            }

            if (isForScripts)
                Terminal.Json(new { translations = sentences.Zip(translations, (source, translation) => new { source, translation }) });
            return ExitCode.Done;
        });
        return command;
    }

    private static string[] Lines(string path) =>
        Array.ConvertAll(Encoding.UTF8.GetString(TextSources.Read(path)).TrimEnd('\r', '\n').Split('\n'), line => line.Trim());
}
