namespace ComputeCore.Nn;

/// <summary>
/// Attention weights by separate operations: the readable definition of what the fused operation never holds. It needs memory
/// for the T x S matrix and takes several times as long.
/// </summary>
internal static class AttentionWeights
{
    /// <summary>softmax(q kᵀ / √D + bias) over the keys that each query sees, [B, H, T, S]; zeros for a query that sees none.</summary>
    /// <param name="q">[B, T, H, D].</param>
    /// <param name="k">[B, S, G, D], H a multiple of G.</param>
    /// <param name="isCausal">Whether a query sees only keys up to its own position.</param>
    /// <param name="spans">i32 [B, 3]; see <see cref="AttentionHeads"/>.</param>
    /// <param name="slopes">ALiBi's, [H].</param>
    public static Tensor Of(Tensor q, Tensor k, bool isCausal, Tensor? spans, Tensor? slopes)
    {
        var (batch, queries, heads, size) = (q.Shape[0], q.Shape[1], q.Shape[2], q.Shape[3]);
        var (keys, groups) = (k.Shape[1], k.Shape[2]);
        var grouped = q.Permute([0, 2, 1, 3]).Reshape(batch, groups, heads / groups * queries, size);
        var scores = grouped.MatMul(k.Permute([0, 2, 1, 3]), transposeOther: true).Reshape(batch, heads, queries, keys) * (1 / Math.Sqrt(size));

        spans ??= Tensor.Constant(TensorData.From([1, 3], 0, keys, keys - queries));
        var (first, end, start) = (OfSequence(0), OfSequence(1), OfSequence(2));
        var (j, i) = (Positions.Range([1, 1, 1, keys]), start + Positions.Range([1, 1, queries, 1]));
        var seen = (j >= first) & (j < end);
        if (isCausal)
            seen &= j <= i;
        if (slopes is not null)
            scores -= slopes.Reshape(heads, 1, 1) * (i - j).Abs().Cast(scores.ElementType);
        // A score that no seen key comes near: its weight underflows to 0 beside a seen one's.
        return seen.Where(scores, Tensor.Scalar(-1e30, scores.ElementType)).Softmax() * seen.Cast(scores.ElementType);

        Tensor OfSequence(int column) => spans.Slice(1, column, column + 1).Reshape(-1, 1, 1, 1);
    }
}
