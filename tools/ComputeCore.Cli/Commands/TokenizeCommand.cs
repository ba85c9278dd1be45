using System.CommandLine;
using System.Diagnostics;
using System.Text;
using ComputeCore.Text;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>tokenize --tokenizer FILE TEXT</c>: what a tokenizer makes of a text.</summary>
internal static class TokenizeCommand
{
    private static readonly Option<string> TokenizerFile = new("--tokenizer")
    {
        Description = "tokenizer.json, encoder.json, vocab.json, vocab.bpe, merges.txt, vocab.txt or a SentencePiece .model.", HelpName = "FILE", Required = true,
    };

    private static readonly Argument<string?> Text = new("TEXT") { Description = "The text.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> File = new("--file") { Description = "A file of UTF-8 text instead of TEXT.", HelpName = "FILE" };
    private static readonly Option<string?> Decode = new("--decode") { Description = "Token ids, with commas or spaces between them, to turn into text.", HelpName = "IDS" };
    private static readonly Option<bool> Ids = new("--ids") { Description = "Print the ids alone." };

    public static Command Create()
    {
        var command = new Command("tokenize", "Show a text's tokens and their ids, and whether they decode to the same text.") { TokenizerFile, Text, File, Decode, Ids };
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(Text), result.GetValue(File), result.GetValue(Decode) }.Count(value => value is not null) != 1)
                result.AddError("tokenize needs a TEXT, --file FILE or --decode IDS, and one of them only.");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var tokenizer = Tokenizer.Load(parsed.GetRequiredValue(TokenizerFile));
        var isForScripts = parsed.GetValue(CommonOptions.Json);
        if (parsed.GetValue(Decode) is { } wanted)
        {
            var text = tokenizer.Decode(ParseIds(wanted));
            if (isForScripts)
                Terminal.Json(new { text });
            else
                Console.WriteLine(text);
            return ExitCode.Done;
        }

        var bytes = parsed.GetValue(File) is { } file ? Utf8Text.Read(file) : Encoding.UTF8.GetBytes(parsed.GetValue(Text)!);
        var ids = new List<int>();
        var clock = Stopwatch.StartNew();
        tokenizer.Encode(bytes.Span, ids);
        var seconds = clock.Elapsed.TotalSeconds;
        var roundTrips = tokenizer.DecodeBytes([.. ids]).AsSpan().SequenceEqual(bytes.Span);
        if (isForScripts)
            Terminal.Json(new { ids, tokens = ids.Select(tokenizer.TokenOf), bytes = bytes.Length, seconds, vocabularySize = tokenizer.VocabularySize, roundTrips });
        else if (parsed.GetValue(Ids))
            Console.WriteLine(string.Join(' ', ids));
        else
            Print(tokenizer, ids, bytes.Length, seconds, roundTrips);
        return ExitCode.Done;
    }

    private static void Print(Tokenizer tokenizer, List<int> ids, int bytes, double seconds, bool roundTrips)
    {
        // More than a screen of tokens nobody reads.
        const int MostShown = 1000;
        foreach (var id in ids.Take(MostShown))
            AnsiConsole.WriteLine($"{id,8}  {tokenizer.TokenOf(id)}");
        if (ids.Count > MostShown)
            AnsiConsole.WriteLine($"      …  {ids.Count - MostShown:N0} more");
        // Of a short text the time is that of the start.
        var speed = bytes > 1_000_000 ? $", {bytes / 1e6 / seconds:F1} MB/s" : "";
        AnsiConsole.WriteLine($"{ids.Count:N0} tokens of {bytes:N0} bytes, {(double)bytes / Math.Max(1, ids.Count):F2} bytes a token{speed}; {(roundTrips ? "they decode to the same text" : "they decode to another text")}");
    }

    private static int[] ParseIds(string text) => [.. text.Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
        .Select(part => int.TryParse(part, out var id) ? id : throw new ArgumentException($"'{part}' is no token id: ids are whole numbers."))];
}
