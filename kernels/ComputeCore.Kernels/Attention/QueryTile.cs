using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>A group's tile of queries of one head, and the keys that they see; the grid is tiles by batch · heads by blocks of columns.</summary>
internal struct QueryTile
{
    /// <summary>The first query.</summary>
    public int First;

    /// <summary>The first of the work-item's four queries, and which of all it is: (b · H + h) · T + i.</summary>
    public int Query;
    public int Row;

    /// <summary>The first column of the result.</summary>
    public int Column;

    /// <summary>Whether the group has a second half of columns.</summary>
    public bool IsWide;

    public AttentionSpan Span;

    /// <summary>The end of the keys that the tile's queries see.</summary>
    public int End;

    /// <summary>By how much the head's scores fall with each step between query and key.</summary>
    public float Slope;

    public HeadRows Queries;

    /// <summary>The head's keys and values. What no query sees is never read, and may be anything.</summary>
    public HeadRows Keys;

    /// <summary>The tile of the group that calls.</summary>
    public static QueryTile Of(ArrayView<int> spans, ArrayView<float> slopes, AttentionShape shape)
    {
        var batch = Grid.IdxY / shape.Heads;
        var h = Grid.IdxY - batch * shape.Heads;
        QueryTile tile;
        tile.First = Grid.IdxX * AttentionTile.Size;
        tile.Query = tile.First + Group.IdxY * 4;
        tile.Row = Grid.IdxY * shape.Queries + tile.Query;
        tile.Column = Grid.IdxZ * FlashAttention.Columns;
        tile.IsWide = shape.Width - tile.Column > AttentionTile.Columns;
        tile.Span = AttentionSpan.Of(spans, batch, shape);
        tile.End = tile.Span.EndFor(tile.First + AttentionTile.Size, shape);
        tile.Slope = AttentionScores.Slope(slopes, h, shape);
        tile.Queries = HeadRows.Of(batch, shape.Queries, h, shape.Heads, shape.Width);
        tile.Keys = HeadRows.Of(batch, shape.Keys, h / (shape.Heads / shape.KeyHeads), shape.KeyHeads, shape.Width);
        tile.Keys.Count = tile.End;
        return tile;
    }
}
