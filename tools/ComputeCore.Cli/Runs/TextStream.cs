using System.Text;
using ComputeCore.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// A text that grows token by token, and ends before a stop sequence. What may be the beginning of one, or of a character, is held
/// back until more is known.
/// </summary>
internal sealed class TextStream(Tokenizer tokenizer, IReadOnlyList<string> stops, Action<string>? show)
{
    private readonly StreamingDecoder decoder = tokenizer.CreateDecoder();
    private readonly StringBuilder text = new();
    private string held = "";
    private bool isStopped;

    /// <summary>Takes a token, and says whether the text goes on.</summary>
    public bool Append(int token)
    {
        held += decoder.Append(token);
        var end = stops.Select(stop => held.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        isStopped = end >= 0;
        if (isStopped)
            held = held[..end];
        Release(isStopped ? 0 : stops.Select(Beginning).DefaultIfEmpty(0).Max());
        return !isStopped;
    }

    /// <summary>The whole text.</summary>
    public string Finish()
    {
        if (!isStopped)
            held += decoder.Finish();
        Release(0);
        return text.ToString();
    }

    private void Release(int kept)
    {
        var released = held[..^kept];
        held = held[^kept..];
        text.Append(released);
        if (released.Length > 0)
            show?.Invoke(released);
    }

    // How many of the last characters begin a stop sequence.
    private int Beginning(string stop)
    {
        for (var length = Math.Min(stop.Length - 1, held.Length); length > 0; length--)
            if (held.EndsWith(stop[..length], StringComparison.Ordinal))
                return length;
        return 0;
    }
}
