using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Mathematics;
using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>What the fused kernels of attention are put together from: products of a micro-kernel's rows, and passes over a row of scores.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Floats of a buffer for the factors of dropout of a row of so many keys.</summary>
    public static int DropoutFloats(int keys) => keys + 2 * DropoutMask.GroupSize;

    /// <summary>A width as a number of whole vectors.</summary>
    public static int Padded(int width) => Rounding.RoundUp(width, Lanes.Count);

    /// <summary>c = a · b, or c += a · b, for at most MR rows and any columns, which c has room for in multiples of NR / 2.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="columns">Columns of b and c.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="a">Element (0, 0) of the left operand.</param>
    /// <param name="aRow">Elements between its rows.</param>
    /// <param name="aStep">Elements between its columns.</param>
    /// <param name="b">The right operand, NR adjacent columns at a time.</param>
    /// <param name="bPanel">Elements from NR columns to the next NR.</param>
    /// <param name="bStep">Elements between its rows.</param>
    /// <param name="c">The result.</param>
    /// <param name="ldc">Elements between its rows.</param>
    /// <param name="accumulate">Whether the product is added to what c holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TKernel>(
        int rows, int columns, int depth, float* a, nint aRow, nint aStep, float* b, nint bPanel, nint bStep, float* c, nint ldc, bool accumulate)
        where TKernel : unmanaged, IMicroKernel
    {
        var tile = new Tile { Ldc = ldc, Accumulate = accumulate };
        for (var j = 0; j < columns; j += TKernel.NR, b += bPanel)
        {
            tile.C = c + j;
            TKernel.Run(rows, columns - j <= TKernel.NR / 2 ? TKernel.NR / 2 : TKernel.NR, depth, a, aRow, aStep, new AdjacentColumns(b, bStep), &tile);
        }
    }

    /// <summary>Queries of a panel, which stand side by side in vectors.</summary>
    public const int PanelQueries = 32;

    /// <summary>c = a · b, or c += a · b, for any rows and a panel's columns.</summary>
    /// <param name="rows">Rows of a and c; a is read for the next multiple of the micro-kernel's RowGroup.</param>
    /// <param name="columns">16 or 32, columns of b and c, whose rows are PanelQueries apart.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="a">Element (0, 0) of the left operand.</param>
    /// <param name="aRow">Elements between its rows.</param>
    /// <param name="aStep">Elements between its columns.</param>
    /// <param name="b">The right operand.</param>
    /// <param name="c">The result.</param>
    /// <param name="accumulate">Whether the product is added to what c holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyPanel<TKernel>(int rows, int columns, int depth, float* a, nint aRow, nint aStep, float* b, float* c, bool accumulate)
        where TKernel : unmanaged, IMicroKernel
    {
        var tile = new Tile { Ldc = PanelQueries, Accumulate = accumulate };
        for (var i = 0; i < rows; i += TKernel.MR)
        {
            for (var j = 0; j < columns; j += TKernel.NR)
            {
                tile.C = c + i * PanelQueries + j;
                TKernel.Run(Math.Min(TKernel.MR, rows - i), Math.Min(TKernel.NR, columns - j), depth, a + i * aRow, aRow, aStep, new AdjacentColumns(b + j, PanelQueries), &tile);
            }
        }
    }

    /// <summary>Adds −slope · |distance + lane − j| to the scores of key j, [keys, PanelQueries], for sixteen queries.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddSlopes(float* scores, int keys, float slope, int distance)
    {
        var factor = Vector512.Create(-slope);
        var away = Vector512.ConvertToSingle(Vector512.Create(distance) + Vector512<int>.Indices);
        for (var j = 0; j < keys; j++, scores += PanelQueries, away -= Vector512<float>.One)
            Vector512.FusedMultiplyAdd(Vector512.Abs(away), factor, Vector512.Load(scores)).Store(scores);
    }

    /// <summary>Scores −∞ for key j of [keys, PanelQueries] where sixteen queries, of which each sees one key more than the one before, don't see it: beyond the first <paramref name="seen"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MaskPanel(float* scores, int keys, int seen)
    {
        var first = Math.Max(0, seen);
        var own = Vector512.Create(seen) + Vector512<int>.Indices;
        for (var j = first; j < keys; j++)
        {
            var row = scores + j * PanelQueries;
            Vector512.ConditionalSelect(
                Vector512.GreaterThan(own, Vector512.Create(j)).AsSingle(), Vector512.Load(row), Vector512.Create(float.NegativeInfinity)).Store(row);
        }
    }

    /// <summary>
    /// Turns the scores [keys, PanelQueries] of sixteen queries into weights exp(score − m), m the largest score so far; adds them up;
    /// and where m grew, scales by exp(m_old − m) what was summed up before, the outputs included.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void PanelWeights(float* scores, int keys, float* maxima, float* sums, float* outputs, int outputRows)
    {
        var old = Vector512.Load(maxima);
        var (m0, m1) = (old, old);
        var j = 0;
        for (; j < keys - 1; j += 2)
        {
            m0 = Vector512.MaxNative(m0, Vector512.Load(scores + j * PanelQueries));
            m1 = Vector512.MaxNative(m1, Vector512.Load(scores + (j + 1) * PanelQueries));
        }

        if (j < keys)
            m0 = Vector512.MaxNative(m0, Vector512.Load(scores + j * PanelQueries));
        var max = Vector512.MaxNative(m0, m1);
        max.Store(maxima);

        // A query that has seen no key yet has nothing but scores of −∞.
        var shift = Vector512.ConditionalSelect(Vector512.Equals(max, Vector512.Create(float.NegativeInfinity)), Vector512<float>.Zero, max);
        var (s0, s1) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (j = 0; j < keys - 1; j += 2)
        {
            var w0 = VectorMath.ExpOrZero(Vector512.Load(scores + j * PanelQueries) - shift);
            var w1 = VectorMath.ExpOrZero(Vector512.Load(scores + (j + 1) * PanelQueries) - shift);
            w0.Store(scores + j * PanelQueries);
            w1.Store(scores + (j + 1) * PanelQueries);
            s0 += w0;
            s1 += w1;
        }

        if (j < keys)
        {
            var w0 = VectorMath.ExpOrZero(Vector512.Load(scores + j * PanelQueries) - shift);
            w0.Store(scores + j * PanelQueries);
            s0 += w0;
        }

        if (Vector512.EqualsAll(max, old))
        {
            (Vector512.Load(sums) + (s0 + s1)).Store(sums);
            return;
        }

        var factor = VectorMath.ExpOrZero(old - shift);
        Vector512.FusedMultiplyAdd(Vector512.Load(sums), factor, s0 + s1).Store(sums);
        for (var d = 0; d < outputRows; d++)
            (Vector512.Load(outputs + d * PanelQueries) * factor).Store(outputs + d * PanelQueries);
    }

    /// <summary>Divides sixteen queries' outputs [rows, PanelQueries] by their sums, and writes log Σ exp(score) of the first <paramref name="count"/>; zeros for a query that sees no key.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void FinishPanel(float* outputs, int rows, float* maxima, float* sums, float* logSumExp, int count)
    {
        var sum = Vector512.Load(sums);
        var isUnseen = Vector512.Equals(sum, Vector512<float>.Zero);
        var log = Vector512.Load(maxima) + VectorMath.Log(sum);
        Lanes.Store(logSumExp, count, Vector512.ConditionalSelect(isUnseen, Vector512<float>.Zero, log));
        var factor = Vector512.ConditionalSelect(isUnseen, Vector512<float>.Zero, Vector512<float>.One / sum);
        for (var d = 0; d < rows; d++)
            (Vector512.Load(outputs + d * PanelQueries) * factor).Store(outputs + d * PanelQueries);
    }

    /// <summary>Multiplies one query's weights, PanelQueries apart, by factors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyColumn(float* weights, float* factors, int keys)
    {
        for (var j = 0; j < keys; j++)
            weights[j * PanelQueries] *= factors[j];
    }

    /// <summary>Copies rows, scaled, to rows of whole vectors, filled up with zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows(float* source, long sourceStride, float* destination, int rows, int width, float scale)
    {
        var factor = Vector512.Create(scale);
        var padded = Padded(width);
        for (var i = 0; i < rows; i++, source += sourceStride, destination += padded)
            for (var c = 0; c < width; c += Lanes.Count)
                (Lanes.Load(source + c, width - c) * factor).Store(destination + c);
    }

    /// <summary>Copies rows of whole vectors, scaled, to where they belong.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void StoreRows(float* source, float* destination, long destinationStride, int rows, int width, float scale)
    {
        var factor = Vector512.Create(scale);
        var padded = Padded(width);
        for (var i = 0; i < rows; i++, source += padded, destination += destinationStride)
            for (var c = 0; c < width; c += Lanes.Count)
                Lanes.Store(destination + c, width - c, Vector512.Load(source + c) * factor);
    }

    /// <summary>Adds −slope · |distance − j| to score j of a row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddSlope(float* scores, int count, float slope, int distance)
    {
        var factor = Vector512.Create(-slope);
        var away = Vector512.ConvertToSingle(Vector512.Create(distance) - Vector512<int>.Indices);
        for (var j = 0; j < count; j += Lanes.Count, away -= Vector512.Create((float)Lanes.Count))
            Lanes.Store(scores + j, count - j, Vector512.FusedMultiplyAdd(Vector512.Abs(away), factor, Lanes.Load(scores + j, count - j)));
    }

    /// <summary>The factors of dropout of the weights from an element of the stream on; where they begin in the buffer.</summary>
    public static float* DropoutFactors(PhiloxStream stream, DropoutRate rate, long element, int count, float* buffer)
    {
        var skipped = element % DropoutMask.GroupSize;
        for (var at = 0; at < skipped + count; at += DropoutMask.GroupSize)
            DropoutMask.Group(stream, rate, (element + at) / DropoutMask.GroupSize, buffer + at);
        return buffer + skipped;
    }

    /// <summary>
    /// Turns a row of scores into the weights p = exp(score − logSumExp), and that of the weights' gradients into the scores',
    /// p (dweight − delta). With factors r of dropout they are r p and p (r dweight − delta).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ScoreGradients(float* scores, float* gradients, int count, float logSumExp, float delta, float* factors)
    {
        var (shift, less) = (Vector512.Create(logSumExp), Vector512.Create(delta));
        for (var j = 0; j < count; j += Lanes.Count)
        {
            var left = count - j;
            var p = VectorMath.ExpOrZero(Lanes.Load(scores + j, left) - shift);
            var dweight = Lanes.Load(gradients + j, left);
            var weight = p;
            if (factors != null)
            {
                var r = Lanes.Load(factors + j, left);
                (weight, dweight) = (p * r, dweight * r);
            }

            Lanes.Store(scores + j, left, weight);
            Lanes.Store(gradients + j, left, p * (dweight - less));
        }
    }
}
