namespace ComputeCore.Kernels.Attention;

/// <summary>What all kernels of an attention read.</summary>
/// <param name="Q">Queries [B, T, H, D].</param>
/// <param name="K">Keys [B, S, G, D].</param>
/// <param name="V">Values [B, S, G, D].</param>
/// <param name="Spans">[B, 3], or any memory.</param>
/// <param name="Slopes">[H], or any memory.</param>
/// <param name="Random">The state of the random generator, or any memory.</param>
internal readonly record struct AttentionInputs(
    DeviceView<float> Q, DeviceView<float> K, DeviceView<float> V, DeviceView<int> Spans, DeviceView<float> Slopes, DeviceView<long> Random);

/// <summary>Scratch memory for keys in parts.</summary>
/// <param name="Values">[rows, parts, D].</param>
/// <param name="Maxima">[rows, parts].</param>
/// <param name="Sums">[rows, parts].</param>
internal readonly record struct DecodeScratch(DeviceView<float> Values, DeviceView<float> Maxima, DeviceView<float> Sums);

/// <summary>How attention is launched. What is cut into parts depends on the shape alone, and so do the bits.</summary>
internal static class AttentionLaunches
{
    // Up to so many queries tiles would be nearly empty.
    private const int FewQueries = 4;

    // What keeps a large device busy, and the fewest keys that are worth a group's while.
    private const int EnoughGroups = 256;
    private const int LeastPart = 128;

    private static readonly Extent Group = new(AttentionTile.Side, AttentionTile.Side);

    /// <summary>Parts of all queries' keys; 0 where keys are not cut into parts, and no scratch memory is needed.</summary>
    public static int Parts(AttentionShape shape, int batch) => Decodes(shape) ? Rows(shape, batch) * PartsOfRow(shape, batch) : 0;

    /// <summary>Outputs and logarithms of sums.</summary>
    /// <param name="inputs">Queries, keys, values and options.</param>
    /// <param name="o">[B, T, H, D].</param>
    /// <param name="logSumExp">[B, H, T].</param>
    /// <param name="scratch">Makes the scratch memory, if there is any.</param>
    /// <param name="shape">The attention.</param>
    /// <param name="batch">B.</param>
    public static IEnumerable<KernelDispatch> Forward(
        AttentionInputs inputs, DeviceView<float> o, DeviceView<float> logSumExp, Func<DecodeScratch> scratch, AttentionShape shape, int batch)
    {
        var (q, k, v, spans, slopes, random) = inputs;
        if (!Decodes(shape))
        {
            yield return FlashAttention.Dispatch.Forward(
                Tiles(shape.Queries, batch * shape.Heads, shape.Width, FlashAttention.Columns), Group, q, k, v, spans, slopes, random, o, logSumExp, shape);
            yield break;
        }

        var (rows, parts, (values, maxima, sums)) = (Rows(shape, batch), PartsOfRow(shape, batch), scratch());
        var partKeys = Extent.Cover(shape.Keys, parts);
        yield return DecodeAttention.Dispatch.Parts(new(rows, parts), DecodeAttention.GroupSize, q, k, v, spans, slopes, values, maxima, sums, shape, partKeys);
        yield return DecodeAttention.Dispatch.Combine(rows, DecodeAttention.GroupSize, values, maxima, sums, o, logSumExp, shape, parts);
    }

    /// <summary>Gradients of queries, keys and values.</summary>
    /// <param name="inputs">Queries, keys, values and options.</param>
    /// <param name="dy">The outputs' gradients.</param>
    /// <param name="o">The outputs.</param>
    /// <param name="logSumExp">The logarithms of the sums.</param>
    /// <param name="delta">Scratch memory, [B, H, T].</param>
    /// <param name="dq">[B, T, H, D].</param>
    /// <param name="dk">[B, S, G, D].</param>
    /// <param name="dv">[B, S, G, D].</param>
    /// <param name="shape">The attention.</param>
    /// <param name="batch">B.</param>
    public static IEnumerable<KernelDispatch> Backward(
        AttentionInputs inputs,
        DeviceView<float> dy,
        DeviceView<float> o,
        DeviceView<float> logSumExp,
        DeviceView<float> delta,
        DeviceView<float> dq,
        DeviceView<float> dk,
        DeviceView<float> dv,
        AttentionShape shape,
        int batch)
    {
        var (q, k, v, spans, slopes, random) = inputs;
        var rows = Rows(shape, batch);
        if (rows > 0)
        {
            yield return FlashAttentionGradient.Dispatch.Delta(
                Extent.Cover(rows, FlashAttentionGradient.DeltaRows), FlashAttentionGradient.DeltaGroup, o, dy, delta, shape, rows);
            yield return FlashAttentionGradient.Dispatch.QueryGradient(
                Tiles(shape.Queries, batch * shape.Heads, shape.Width, FlashAttention.Columns), Group, q, k, v, spans, slopes, random, dy, logSumExp, delta, dq, shape);
        }

        if (shape.Keys > 0)
            yield return FlashAttentionGradient.Dispatch.KeyGradient(
                Tiles(shape.Keys, batch * shape.KeyHeads, shape.Width, AttentionTile.Columns), Group, q, k, v, spans, slopes, random, dy, logSumExp, delta, dk, dv, shape);
    }

    private static bool Decodes(AttentionShape shape) => shape.Queries <= FewQueries && shape.Dropped == 0;

    private static int Rows(AttentionShape shape, int batch) => checked(batch * shape.Heads * shape.Queries);

    private static int PartsOfRow(AttentionShape shape, int batch) => Math.Max(1, Math.Min(shape.Keys / LeastPart, EnoughGroups / Math.Max(1, Rows(shape, batch))));

    private static Extent Tiles(int rows, int heads, int width, int columns) => new(Extent.Cover(rows, AttentionTile.Size), Math.Max(1, heads), Extent.Cover(width, columns));
}
