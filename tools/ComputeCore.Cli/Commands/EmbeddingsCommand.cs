using System.CommandLine;
using ComputeCore.Cli.Runs;
using ComputeCore.Text;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>embeddings RUN TOKEN…</c>: which tokens a model holds to be alike.</summary>
internal static class EmbeddingsCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The folder of a run on text." };
        var tokens = new Argument<string[]>("TOKEN") { Description = "Tokens, as text or as the vocabulary writes them.", Arity = ArgumentArity.OneOrMore };
        var count = CommonOptions.Restricted("--count", "How many neighbours of each are shown.", 10, value => value >= 1, "must be a whole number, at least 1", "N");
        var plot = new Option<string?>("--plot") { Description = "A picture to draw of the tokens and their neighbours, in the plane of their first two principal components.", HelpName = "FILE" };
        var command = new Command("embeddings", "Show the nearest neighbours of tokens, by the cosine of their vectors.") { run, tokens, count, plot };
        command.SetAction(parsed =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            var (table, tokenizer) = TextRun.LoadEmbedding(folder);
            var space = new EmbeddingSpace(table);
            int[] asked = [.. parsed.GetRequiredValue(tokens).Select(text => Find(tokenizer, text)).Distinct()];
            var neighbours = Array.ConvertAll(asked, token => space.Neighbours(token, parsed.GetValue(count)));
            int[] shown = [.. asked.Concat(neighbours.SelectMany(list => list).Select(entry => entry.Token)).Distinct()];
            var (plane, points) = space.Project(shown);
            var picture = parsed.GetValue(plot) is { } file ? Path.GetFullPath(file) : null;
            if (picture is not null)
                Charts.Embeddings([.. shown.Select(Label)], points, asked.Length, plane.VarianceShare, picture);

            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new
                {
                    run = folder.Path,
                    tokens = asked.Zip(neighbours, (token, list) => new
                    {
                        token = Label(token), id = token, neighbours = list.Select(entry => new { token = Label(entry.Token), id = entry.Token, entry.Cosine }),
                    }),
                    points = shown.Zip(points, (token, point) => new { token = Label(token), id = token, point.X, point.Y }),
                    plane.VarianceShare,
                    picture,
                });
            else
                Print(asked, neighbours, Label, picture);
            return ExitCode.Done;

            string Label(int token) => TokenLabel.Of(tokenizer, token);
        });
        return command;
    }

    // What is one token as text, alone or after a space; or is written so in the vocabulary.
    private static int Find(Tokenizer tokenizer, string text)
    {
        for (var id = 0; id < tokenizer.VocabularySize; id++)
            if (tokenizer.TokenOf(id) == text)
                return id;
        var ids = tokenizer.Encode(text);
        if (ids.Length == 1)
            return ids[0];
        if (tokenizer.Encode(" " + text) is [var word])
            return word;
        throw new ArgumentException($"'{text}' is no token of the vocabulary, which cuts it into {string.Join(' ', ids.Select(id => $"'{TokenLabel.Of(tokenizer, id)}'"))}.");
    }

    private static void Print(int[] asked, IReadOnlyList<(int Token, double Cosine)>[] neighbours, Func<int, string> label, string? picture)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Token").AddColumn("Neighbour").AddColumn("Cosine", column => column.RightAligned());
        for (var i = 0; i < asked.Length; i++)
            foreach (var (entry, first) in neighbours[i].Select((entry, index) => (entry, index == 0)))
                table.AddRow(Markup.Escape(first ? label(asked[i]) : ""), Markup.Escape(label(entry.Token)), $"{entry.Cosine:F3}");
        AnsiConsole.Write(table);
        if (picture is not null)
            AnsiConsole.WriteLine(picture);
    }
}
