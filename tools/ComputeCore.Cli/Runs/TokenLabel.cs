using ComputeCore.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>Tokens as pictures and tables name them.</summary>
internal static class TokenLabel
{
    /// <summary>
    /// A token with visible white space. Byte pairs are shown as the characters that their bytes make, where they make some:
    /// the vocabulary's own spelling of Chinese is not to be read.
    /// </summary>
    public static string Of(Tokenizer tokenizer, int id)
    {
        var text = tokenizer.TokenOf(id);
        if (tokenizer is BytePairTokenizer && tokenizer.Decode([id]) is var decoded && !decoded.Contains('\uFFFD', StringComparison.Ordinal))
            text = decoded;
        return text.Replace(' ', '▁').Replace('\n', '↵').Replace('\t', '→');
    }
}
