// Attention of one query per head over a cache of keys and values, as when text is generated token by token: only memory counts.
// A group takes one head. For every 64 keys each work-item computes one score; then, with the maximum and the sum brought up to
// date as in FlashAttention, it adds up two columns of the values, which neighbours read side by side.
// FLOPs 4 keys width, bytes 8 keys width, per head.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>Attention of a single query.</summary>
internal static partial class DecodeAttention
{
    /// <summary>Work-items of a group, and keys at a time.</summary>
    public const int GroupSize = 64;

    /// <summary>o [batch · heads, width]; the grid is batch · heads. The shape's queries are one.</summary>
    [Kernel]
    public static void Forward(ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<int> lengths, ArrayView<float> o, AttentionShape shape)
    {
        var query = SharedMemory.Allocate<float>(2 * GroupSize);
        var weights = SharedMemory.Allocate<float>(GroupSize);
        var item = Group.IdxX;
        var head = Grid.IdxX;
        var keys = head * shape.KeyBatch;
        var end = AttentionTile.KeyEnd(lengths, shape, head);
        for (var i = item; i < shape.Width; i += GroupSize)
            query[i] = q[head * shape.Width + i] * shape.Scale;
        Group.Barrier();

        var maximum = AttentionTile.Lowest;
        var sum = 0f;
        var low = 0f;
        var high = 0f;
        for (var first = 0; first < end; first += GroupSize)
        {
            var score = float.NegativeInfinity;
            if (first + item < end)
            {
                score = 0;
                for (var c = 0; c < shape.Width; c++)
                    score = MathF.FusedMultiplyAdd(query[c], k[keys + (first + item) * shape.Width + c], score);
            }

            weights[item] = score;
            Group.Barrier();
            var newMaximum = maximum;
            for (var i = 0; i < GroupSize; i++)
                newMaximum = weights[i] > newMaximum ? weights[i] : newMaximum;
            Group.Barrier();
            weights[item] = DeviceMath.Exp(score - newMaximum);
            Group.Barrier();

            var scale = DeviceMath.Exp(maximum - newMaximum);
            maximum = newMaximum;
            sum *= scale;
            low *= scale;
            high *= scale;
            var count = end - first < GroupSize ? end - first : GroupSize;
            for (var i = 0; i < count; i++)
            {
                var weight = weights[i];
                var row = keys + (first + i) * shape.Width;
                sum += weight;
                if (item < shape.Width)
                    low = MathF.FusedMultiplyAdd(weight, v[row + item], low);
                if (item + GroupSize < shape.Width)
                    high = MathF.FusedMultiplyAdd(weight, v[row + item + GroupSize], high);
            }

            Group.Barrier();
        }

        var inverse = sum > 0 ? 1 / sum : 0;
        if (item < shape.Width)
            o[head * shape.Width + item] = low * inverse;
        if (item + GroupSize < shape.Width)
            o[head * shape.Width + item + GroupSize] = high * inverse;
    }
}
