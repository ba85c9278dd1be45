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
    public static int DropoutFloats(int keys) => keys + 2 * Philox.WordsAtOnce;

    /// <summary>A width as a number of whole vectors.</summary>
    public static int Padded(int width) => (width + Lanes.Width - 1) / Lanes.Width * Lanes.Width;

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
            TKernel.Run(rows, columns - j <= TKernel.NR / 2 ? TKernel.NR / 2 : TKernel.NR, depth, a, aRow, aStep, b, bStep, &tile);
        }
    }

    /// <summary>Copies rows, scaled, to rows of whole vectors, filled up with zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows(float* source, long sourceStride, float* destination, int rows, int width, float scale)
    {
        var factor = Vector512.Create(scale);
        var padded = Padded(width);
        for (var i = 0; i < rows; i++, source += sourceStride, destination += padded)
            for (var c = 0; c < width; c += Lanes.Width)
                (Lanes.Load(source + c, width - c) * factor).Store(destination + c);
    }

    /// <summary>Copies rows of whole vectors, scaled, to where they belong.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void StoreRows(float* source, float* destination, long destinationStride, int rows, int width, float scale)
    {
        var factor = Vector512.Create(scale);
        var padded = Padded(width);
        for (var i = 0; i < rows; i++, source += padded, destination += destinationStride)
            for (var c = 0; c < width; c += Lanes.Width)
                Lanes.Store(Vector512.Load(source + c) * factor, destination + c, width - c);
    }

    /// <summary>row *= factor, in whole vectors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* row, float factor, int count)
    {
        for (var c = 0; c < count; c += Lanes.Width)
            (Vector512.Load(row + c) * factor).Store(row + c);
    }

    /// <summary>Adds −slope · |distance − j| to score j of a row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddSlope(float* scores, int count, float slope, int distance)
    {
        var factor = Vector512.Create(-slope);
        var away = Vector512.ConvertToSingle(Vector512.Create(distance) - Vector512<int>.Indices);
        for (var j = 0; j < count; j += Lanes.Width, away -= Vector512.Create((float)Lanes.Width))
            Lanes.Store(Vector512.FusedMultiplyAdd(Vector512.Abs(away), factor, Lanes.Load(scores + j, count - j)), scores + j, count - j);
    }

    /// <summary>The factors of dropout, 0 or 1 / (1 − rate), of the weights from an element of the stream on; where they begin in the buffer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float* DropoutFactors(PhiloxStream stream, float rate, long element, int count, float* buffer)
    {
        var skipped = element % Philox.WordsAtOnce;
        var (limit, kept) = (Vector512.Create(rate), Vector512.Create(1 / (1 - rate)));
        for (var at = 0; at < skipped + count; at += Philox.WordsAtOnce)
        {
            Philox.Words(stream, (ulong)(element - skipped + at) / 4, out var w0, out var w1, out var w2, out var w3);
            Factors(w0, limit, kept).Store(buffer + at);
            Factors(w1, limit, kept).Store(buffer + at + Lanes.Width);
            Factors(w2, limit, kept).Store(buffer + at + 2 * Lanes.Width);
            Factors(w3, limit, kept).Store(buffer + at + 3 * Lanes.Width);
        }

        return buffer + skipped;
    }

    /// <summary>row *= factors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRow(float* row, float* factors, int count)
    {
        for (var j = 0; j < count; j += Lanes.Width)
            Lanes.Store(Lanes.Load(row + j, count - j) * Lanes.Load(factors + j, count - j), row + j, count - j);
    }

    /// <summary>
    /// Turns a row of scores into the weights p = exp(score − logSumExp), and that of the weights' gradients into the scores',
    /// p (dweight − delta). With factors r of dropout they are r p and p (r dweight − delta).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ScoreGradients(float* scores, float* gradients, int count, float logSumExp, float delta, float* factors)
    {
        var (shift, less) = (Vector512.Create(logSumExp), Vector512.Create(delta));
        for (var j = 0; j < count; j += Lanes.Width)
        {
            var left = count - j;
            var p = VectorMath.Exp(Lanes.Load(scores + j, left) - shift);
            var dweight = Lanes.Load(gradients + j, left);
            var weight = p;
            if (factors != null)
            {
                var r = Lanes.Load(factors + j, left);
                (weight, dweight) = (p * r, dweight * r);
            }

            Lanes.Store(weight, scores + j, left);
            Lanes.Store(p * (dweight - less), gradients + j, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Factors(Vector512<uint> words, Vector512<float> rate, Vector512<float> kept) =>
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(Uniform.FromWords(words), rate), kept, Vector512<float>.Zero);
}
