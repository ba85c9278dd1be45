using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>A vocabulary as read from a file: checked tokens by id, and ids by token.</summary>
internal sealed class TokenList
{
    /// <summary>Ids that may be without a token, so that a hostile file of one line can't ask for all memory.</summary>
    private const int MostGaps = 1 << 16;

    private readonly Dictionary<string, int> ids = [];
    private readonly string?[] byId;

    /// <exception cref="FormatException">Two tokens have one id or two ids one token, or an id is out of range.</exception>
    public TokenList(IReadOnlyCollection<(string Token, long Id)> tokens)
    {
        var size = tokens.Count == 0 ? throw new FormatException("has no tokens") : tokens.Max(token => token.Id) + 1;
        if (tokens.FirstOrDefault(token => token.Id < 0 || token.Id >= tokens.Count + MostGaps) is { Token: not null } wrong)
            throw new FormatException($"gives the token {InvalidFileException.Quote(wrong.Token)} the id {wrong.Id}, which is out of range for {tokens.Count} tokens");
        byId = new string?[size];
        foreach (var (token, id) in tokens)
        {
            if (byId[id] is { } other)
                throw new FormatException($"gives the id {id} to two tokens, {InvalidFileException.Quote(other)} and {InvalidFileException.Quote(token)}");
            if (!ids.TryAdd(token, (int)id))
                throw new FormatException($"has the token {InvalidFileException.Quote(token)} twice");
            byId[id] = token;
        }
    }

    public IReadOnlyList<string?> ById => byId;

    /// <exception cref="FormatException">There is no such token.</exception>
    public int IdOf(string token) =>
        ids.TryGetValue(token, out var id) ? id : throw new FormatException($"merges the token {InvalidFileException.Quote(token)}, which its vocabulary lacks");
}
