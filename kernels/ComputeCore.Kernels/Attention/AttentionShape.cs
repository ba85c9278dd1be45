using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>The scalars of an attention of queries [B, T, H, D] over keys and values [B, S, G, D].</summary>
internal struct AttentionShape
{
    /// <summary>H: heads of the queries.</summary>
    public int Heads;

    /// <summary>G: heads of the keys and values; neighbouring query heads share one.</summary>
    public int KeyHeads;

    /// <summary>T.</summary>
    public int Queries;

    /// <summary>S.</summary>
    public int Keys;

    /// <summary>D: elements of a query, key or value; at most 256.</summary>
    public int Width;

    /// <summary>What products of queries and keys are multiplied by, usually 1 / √D.</summary>
    public float Scale;

    /// <summary>1 where queries see no keys behind their own position.</summary>
    public int IsCausal;

    /// <summary>1 where sequences have spans; otherwise queries see all keys, the last one standing at the last key.</summary>
    public int HasSpans;

    /// <summary>1 where scores fall with the distance.</summary>
    public int HasSlopes;

    /// <summary>How many of 65536 weights are dropped.</summary>
    public int Dropped;

    /// <summary>Which stream of random numbers says so.</summary>
    public int Stream;

    /// <summary>1 where quads along the width are aligned and whole.</summary>
    public readonly bool IsVector => Width % 4 == 0;
}

/// <summary>What the queries of a sequence see.</summary>
internal struct AttentionSpan
{
    /// <summary>The first key.</summary>
    public int First;

    /// <summary>The end of the keys.</summary>
    public int End;

    /// <summary>Where the first query stands among the keys.</summary>
    public int Position;

    /// <summary>The span of a sequence, within the keys that there are.</summary>
    public static AttentionSpan Of(ArrayView<int> spans, int batch, AttentionShape shape)
    {
        AttentionSpan span = default;
        span.End = shape.Keys;
        span.Position = shape.Keys - shape.Queries;
        if (shape.HasSpans != 0)
        {
            var (first, end) = (spans[batch * 3], spans[batch * 3 + 1]);
            span.First = first > 0 ? first : 0;
            span.End = end < shape.Keys ? end : shape.Keys;
            span.Position = spans[batch * 3 + 2];
        }

        return span;
    }

    /// <summary>The end of the keys that queries before <paramref name="queryEnd"/> see.</summary>
    public readonly int EndFor(int queryEnd, AttentionShape shape)
    {
        var seen = Position + queryEnd;
        return shape.IsCausal != 0 && seen < End ? seen : End;
    }
}

/// <summary>The rows of one head in a tensor [batch, length, heads, width].</summary>
internal struct HeadRows
{
    /// <summary>The first row's first element.</summary>
    public int Offset;

    /// <summary>Elements from row to row.</summary>
    public int Stride;

    /// <summary>Rows.</summary>
    public int Count;

    /// <summary>The rows of one head of one sequence.</summary>
    public static HeadRows Of(int batch, int length, int head, int heads, int width) => new()
    {
        Offset = (batch * length * heads + head) * width,
        Stride = heads * width,
        Count = length,
    };
}
