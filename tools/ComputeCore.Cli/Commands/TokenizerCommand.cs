using System.CommandLine;
using System.Diagnostics;
using ComputeCore.Cli.Runs;
using ComputeCore.Text;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>tokenizer train</c>: learns a vocabulary from texts.</summary>
internal static class TokenizerCommand
{
    private const string BytePairs = "bpe";
    private const string WordPiece = "wordpiece";
    private const string Characters = "char";

    private static readonly Option<string> Kind = new("--kind") { Description = "bpe (byte-level, as GPT-2), wordpiece (as BERT) or char.", HelpName = "KIND", DefaultValueFactory = _ => BytePairs };
    private static readonly Option<int> Vocabulary = new("--vocab") { Description = "Tokens wanted; char has those that it needs.", HelpName = "N", DefaultValueFactory = _ => 32000 };
    private static readonly Option<string[]> Special = new("--special") { Description = "A special token, as <|endoftext|>; may be given again. WordPiece has BERT's.", HelpName = "TOKEN", DefaultValueFactory = _ => [] };
    private static readonly Option<string> Out = new("--out") { Description = "The tokenizer.json to write.", HelpName = "FILE", Required = true };
    private static readonly Argument<string[]> Texts = new("TEXT") { Description = "Files of UTF-8 text.", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        Kind.AcceptOnlyFromAmong(BytePairs, WordPiece, Characters);
        var train = new Command("train", "Train a tokenizer on texts.") { Kind, Vocabulary, Special, Out, Texts };
        train.SetAction(Run);
        return new Command("tokenizer", "Tokenizers.") { train };
    }

    private static int Run(ParseResult parsed)
    {
        var kind = parsed.GetRequiredValue(Kind);
        var size = parsed.GetValue(Vocabulary);
        string[] special = parsed.GetRequiredValue(Special);
        var output = Path.GetFullPath(parsed.GetRequiredValue(Out));
        if (!Directory.Exists(Path.GetDirectoryName(output)))
            throw new IOException($"The folder of '{output}' does not exist.");
        var isForScripts = parsed.GetValue(CommonOptions.Json);
        ReadOnlyMemory<byte>[] texts = [.. parsed.GetRequiredValue(Texts).Select(Utf8Text.Read)];
        var bytes = texts.Sum(text => (long)text.Length);

        using var interruption = new Interruption();
        var clock = Stopwatch.StartNew();
        var tokenizer = Watch(isForScripts, progress => kind switch
        {
            BytePairs => BytePairTrainer.Train(texts, size, special, progress, interruption.Token),
            WordPiece when special.Length == 0 => WordPieceTrainer.Train(texts, size, progress, interruption.Token),
            WordPiece => throw new ArgumentException("WordPiece has BERT's special tokens; --special is for the other kinds."),
            _ => (Tokenizer)CharacterTokenizer.Train(texts, special),
        });
        var seconds = clock.Elapsed.TotalSeconds;
        tokenizer.Save(output);
        if (isForScripts)
            Terminal.Json(new { kind, vocabularySize = tokenizer.VocabularySize, bytes, seconds, file = output });
        else
            AnsiConsole.WriteLine($"{tokenizer.VocabularySize:N0} tokens from {bytes / 1e6:N1} MB of text in {seconds:F1} s: {output}");
        return ExitCode.Done;
    }

    private static Tokenizer Watch(bool isForScripts, Func<IProgress<TrainingProgress>?, Tokenizer> train) => isForScripts
        ? train(null)
        : AnsiConsole.Progress().AutoClear(true).Columns(TrainingDisplay.Columns()).Start(context => train(new Bars(context)));

    /// <summary>A bar for each step; steps report from several threads.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<TrainingProgress>
    {
        private readonly Dictionary<string, ProgressTask> bars = [];

        public void Report(TrainingProgress value)
        {
            lock (bars)
            {
                if (!bars.TryGetValue(value.Step, out var bar))
                    bars[value.Step] = bar = context.AddTask(value.Step, maxValue: value.Total);
                bar.Value = Math.Max(bar.Value, value.Done);
            }
        }
    }
}
