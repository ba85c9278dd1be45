using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Attention;
using ComputeCore.Kernels.Cpu.RandomNumbers;

namespace ComputeCore.Operations;

/// <summary>
/// Scaled dot-product attention (Vaswani et al., "Attention Is All You Need", 2017), or its gradient, of queries [B, T, H, D] over
/// keys and values [B, S, G, D]. H is a multiple of G: query head h uses key head h / (H / G) (Ainslie et al., "GQA", 2023).
/// A query sees certain keys; with the scores s = scale · q · k (− slope · distance) of those, the output is softmax(s) · v, and
/// zeros for a query that sees none.
/// </summary>
/// <remarks>
/// Optional inputs follow the others in this order:
/// spans, i32 [B, 3]: the first key that a sequence's queries see, the end of those they see, and the position of the first query;
/// (0, S, S − T) for all sequences if there are none. Query i sees key j if span[0] ≤ j &lt; span[1] and, when causal,
/// j ≤ span[2] + i.
/// slopes, [H]: −slope · |span[2] + i − j| is added to the scores (Press, Smith, Lewis, "ALiBi", 2022).
/// The random state, i64 [2], if there is dropout: weight (b, h, i, j) is kept or dropped as element
/// ((b · H + h) · T + i) · S + j of a <see cref="Operations.Dropout"/> of the same state and stream.
/// </remarks>
/// <param name="Scale">What the products of queries and keys are multiplied by, usually 1 / √D.</param>
/// <param name="IsCausal">Whether queries see no keys behind their own position.</param>
/// <param name="HasSpans">Whether there are spans.</param>
/// <param name="HasSlopes">Whether there are slopes.</param>
/// <param name="Dropout">The probability that a weight is set to zero, 0 to 1, 1 excluded; the others are divided by 1 minus it.</param>
/// <param name="Stream">Which use of the random generator in the graph this is.</param>
public abstract record AttentionOperation(double Scale, bool IsCausal, bool HasSpans, bool HasSlopes, double Dropout, int Stream) : Operation
{
    /// <summary>The largest D.</summary>
    public const int MaximumWidth = 256;

    /// <summary>How many optional inputs there are.</summary>
    internal int OptionCount => (HasSpans ? 1 : 0) + (HasSlopes ? 1 : 0) + (HasDropout ? 1 : 0);

    /// <summary>Whether the last input is a random state.</summary>
    internal bool HasDropout => Dropout > 0;

    /// <summary>Of 65536 weights, how many dropout sets to zero.</summary>
    internal int Dropped => new DropoutRate((float)Dropout).Dropped;

    /// <summary>Where the slopes are among the optional inputs.</summary>
    internal int SlopesOption => HasSpans ? 1 : 0;

    /// <summary>The random numbers that decide which weights are dropped.</summary>
    internal PhiloxStream StreamOf(long seed, long run) => new((ulong)seed, (uint)Stream, (uint)run);

    /// <summary>Throws unless queries, keys and values are such from input <paramref name="first"/> on, and the options from <paramref name="options"/> on.</summary>
    private protected void Check(IReadOnlyList<TensorType> inputs, int first, int options)
    {
        ExpectCount(inputs, options + OptionCount, options + OptionCount);
        ExpectFloat(inputs, first, first + 1, first + 2);
        var (q, k, v) = (inputs[first].Shape, inputs[first + 1].Shape, inputs[first + 2].Shape);
        if (q.Rank != 4 || k.Rank != 4)
            throw Mismatch(inputs, "queries, keys and values must be [batch, length, heads, width]");
        if (k[0] != q[0] || k[3] != q[3] || v != k)
            throw Mismatch(inputs, $"for the queries {q} keys and values must both be [{q[0]}, length, heads, {q[3]}], but they are {k} and {v}");
        if (k[2] == 0 || q[2] % k[2] != 0)
            throw Mismatch(inputs, $"{q[2]} query heads can't share {k[2]} key heads evenly");
        if (q[3] is < 1 or > MaximumWidth)
            throw Mismatch(inputs, $"heads are {q[3]} wide, but must be 1 to {MaximumWidth}");
        if (Dropout is not (>= 0 and < 1))
            throw Mismatch(inputs, $"the dropout rate {Dropout} is not from 0 to 1, 1 excluded");
        if (HasSpans && inputs[options] != new TensorType(ElementType.Int32, [q[0], 3]))
            throw Mismatch(inputs, $"the spans must be {new TensorType(ElementType.Int32, [q[0], 3])}, but they are {inputs[options]}");
        if (HasSlopes && inputs[options + SlopesOption] != inputs[first] with { Shape = [q[2]] })
            throw Mismatch(inputs, $"the slopes must be {inputs[first] with { Shape = [q[2]] }}, but they are {inputs[options + SlopesOption]}");
        if (HasDropout && inputs[^1] != RandomGenerator.StateType)
            throw Mismatch(inputs, $"dropout takes a generator's state, i64[2], but was given {inputs[^1]}");
    }

    /// <summary>The type of a number for each query: [B, H, T].</summary>
    private protected static TensorType PerQuery(TensorType queries) =>
        queries with { Shape = [queries.Shape[0], queries.Shape[2], queries.Shape[1]] };

    /// <summary>The extents for the CPU's kernels.</summary>
    private protected AttentionShape ShapeOf(TensorType queries, TensorType keys) => new()
    {
        Batch = queries.Shape[0],
        Queries = queries.Shape[1],
        Heads = queries.Shape[2],
        Width = queries.Shape[3],
        Keys = keys.Shape[1],
        KeyHeads = keys.Shape[2],
        Scale = (float)Scale,
        IsCausal = IsCausal,
        Dropout = (float)Dropout,
    };

    /// <summary>What the CPU's kernels read, given where queries and options begin among the inputs.</summary>
    private protected unsafe AttentionInputs InputsOf(CpuArguments arguments, int first, int options)
    {
        var state = HasDropout ? arguments.Input<long>(options + OptionCount - 1) : null;
        return new AttentionInputs
        {
            Queries = arguments.Input<float>(first),
            Keys = arguments.Input<float>(first + 1),
            Values = arguments.Input<float>(first + 2),
            Spans = HasSpans ? arguments.Input<int>(options) : null,
            Slopes = HasSlopes ? arguments.Input<float>(options + SlopesOption) : null,
            Random = state == null ? default : StreamOf(state[0], state[1]),
        };
    }

    /// <summary>Floating-point operations of one matrix product in it: half where causality hides half of the keys.</summary>
    private protected double ProductFlops(TensorType queries, TensorType keys) =>
        2.0 * queries.Shape.ElementCount * keys.Shape[1] * (IsCausal && queries.Shape[1] == keys.Shape[1] ? 0.5 : 1);
}
