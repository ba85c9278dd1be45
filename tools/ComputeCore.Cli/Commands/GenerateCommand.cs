using System.CommandLine;
using System.Diagnostics;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Models;

namespace ComputeCore.Cli.Commands;

/// <summary><c>generate RUN --prompt TEXT</c>: a language model writes on.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder." };
        var prompt = new Option<string[]>("--prompt") { Description = "Where the text begins; several are continued together.", HelpName = "TEXT", Required = true, AllowMultipleArgumentsPerToken = true };
        var tokens = Number("--tokens", "How many tokens are made at most.", 200, value => value >= 1, "must be a whole number, at least 1");
        var temperature = Real("--temperature", "What logits are divided by; 0 takes the likeliest token.", 1, value => value is >= 0 and < double.PositiveInfinity, "must be a number that is not negative");
        var topK = Number("--top-k", "Draw from so many of the likeliest tokens; 0 for all.", 0, value => value >= 0, "must be a whole number that is not negative");
        var topP = Real("--top-p", "Draw from the fewest likeliest tokens that together have this probability.", 1, value => value is > 0 and <= 1, "must be a number from above 0 to 1");
        var minP = Real("--min-p", "Draw from tokens at least this share as likely as the likeliest.", 0, value => value is >= 0 and <= 1, "must be a number from 0 to 1");
        var penalty = Real("--repetition-penalty", "What makes tokens less likely that occurred already; 1 for nothing.", 1, value => value is > 0 and < double.PositiveInfinity, "must be a positive number");
        var stop = new Option<string[]>("--stop") { Description = "A text that ends the text, and is not printed; may be given several times.", HelpName = "TEXT" };
        var beams = Number("--beams", "Search with so many beams instead of drawing.", 0, value => value >= 1, "must be a whole number, at least 1");
        var lengthPenalty = Real("--length-penalty", "How much beam search prefers longer texts.", 0.6, value => value is >= 0 and < double.PositiveInfinity, "must be a number that is not negative");
        var seed = Number("--seed", "Decides what is drawn.", 0, value => value >= 0, "must be a whole number that is not negative");
        var device = CommonOptions.Device();
        var command = new Command("generate", "Continue a text with the language model of a run.") { run, prompt, tokens, temperature, topK, topP, minP, penalty, stop, beams, lengthPenalty, seed, device };
        command.Validators.Add(result =>
        {
            // What is drawn and what is searched for are chosen in different ways.
            var searches = IsGiven(beams);
            foreach (var option in (searches ? [temperature, topK, topP, minP, penalty, seed] : (Option[])[lengthPenalty]).Where(IsGiven))
                result.AddError(searches ? $"{option.Name} is for drawing, but --beams searches." : $"{option.Name} is for --beams.");

            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
        });
        command.SetAction(parsed =>
        {
            using var opened = Devices.Device.Open(parsed.GetRequiredValue(device));
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            using var random = new RandomGenerator(0);
            var (model, tokenizer) = TextRun.LoadLanguageModel(folder, random);
            var texts = parsed.GetRequiredValue(prompt);
            int[][] prompts = [.. texts.Select(text => tokenizer.Encode(text))];
            var isForScripts = parsed.GetValue(CommonOptions.Json);
            var clock = Stopwatch.StartNew();
            if (parsed.GetValue(beams) is > 0 and var count)
            {
                using var beamDecoder = new CausalDecoder(opened, model, count);
                var end = tokenizer.SpecialTokens.GetValueOrDefault(LanguageModelRecipe.EndOfText, -1);
                int[][] found = [.. prompts.Select(begun => BeamSearch.Run(beamDecoder, begun, end, parsed.GetValue(tokens), parsed.GetValue(lengthPenalty))[0].Tokens)];
                return Finish(texts, Array.ConvertAll(found, Cut), isForScripts, found.Sum(text => text.Length), clock.Elapsed);
            }

            using var decoder = new CausalDecoder(opened, model, prompts.Length);
            using var interruption = new Interruption();
            var options = new SamplingOptions
            {
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                MinP = parsed.GetValue(minP),
                RepetitionPenalty = parsed.GetValue(penalty),
                Seed = parsed.GetValue(seed),
            };
            // One text is shown as it grows, several when they are done.
            var shows = prompts.Length == 1 && !isForScripts;
            TextStream[] streams = [.. prompts.Select(_ => Stream(shows ? Console.Write : null))];
            var made = 0;
            TextGenerator.Generate(decoder, prompts, parsed.GetValue(tokens), options, (sequence, token) =>
            {
                // Not before: a prompt that the model can't take is not printed.
                if (made++ == 0 && shows)
                    Console.Write(texts[0]);
                return streams[sequence].Append(token);
            }, interruption.Token);
            var results = Array.ConvertAll(streams, stream => stream.Finish());
            if (shows)
            {
                Console.WriteLine();
                return ExitCode.Done;
            }

            return Finish(texts, results, isForScripts, made, clock.Elapsed);

            TextStream Stream(Action<string>? show) => new(tokenizer, parsed.GetValue(stop) ?? [], show);

            string Cut(int[] text)
            {
                var stream = Stream(show: null);
                _ = Array.TrueForAll(text, stream.Append);
                return stream.Finish();
            }
        });
        return command;
    }

    private static int Finish(string[] prompts, string[] texts, bool isForScripts, int tokens, TimeSpan time)
    {
        if (isForScripts)
            Terminal.Json(new { texts = prompts.Zip(texts, (prompt, text) => new { prompt, text }), tokens, tokensPerSecond = tokens / time.TotalSeconds });
        else
            foreach (var (prompt, text) in prompts.Zip(texts))
                Console.WriteLine($"{prompt}{text}\n");
        return ExitCode.Done;
    }

    private static Option<int> Number(string name, string description, int initial, Predicate<int> holds, string rule) => CommonOptions.Restricted(name, description, initial, holds, rule, "N");

    private static Option<double> Real(string name, string description, double initial, Predicate<double> holds, string rule) => CommonOptions.Restricted(name, description, initial, holds, rule, "X");
}
