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
            string[] sentences = parsed.GetValue(file) is { } path
                ? Encoding.UTF8.GetString(TextSources.Read(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [parsed.GetValue(text)!];
            using var translator = new Translator(opened, model, tokenizer, parsed.GetValue(beams), parsed.GetValue(lengthPenalty));
            var translations = Array.ConvertAll(sentences, translator.Translate);
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new { translations = sentences.Zip(translations, (source, translation) => new { source, translation }) });
            else
                Array.ForEach(translations, Console.WriteLine);
            return ExitCode.Done;
        });
        return command;
    }
}
