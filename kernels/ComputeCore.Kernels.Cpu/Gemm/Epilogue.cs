using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>The function applied to an element of C when it is final.</summary>
internal enum Activation
{
    /// <summary>x.</summary>
    None,

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    Relu,
}

/// <summary>
/// What is done with an element of a product beyond storing it: C = activation(A·B + rowBias[i] + columnBias[j]). It is
/// applied when the last block of K is written, while the tile is still in registers.
/// </summary>
internal unsafe struct Epilogue
{
    /// <summary>One value for each row of C (a convolution's output channels), or null.</summary>
    public float* RowBias;

    /// <summary>One value for each column of C (a linear layer's features), or null.</summary>
    public float* ColumnBias;

    /// <summary>Applied last.</summary>
    public Activation Activation;

    /// <summary>The epilogue of the part of C that begins at (row, column).</summary>
    public readonly Epilogue At(int row, int column) => new()
    {
        RowBias = RowBias == null ? null : RowBias + row,
        ColumnBias = ColumnBias == null ? null : ColumnBias + column,
        Activation = Activation,
    };
}

/// <summary>A piece of C whose rows are runs of adjacent elements, and how results go into it.</summary>
internal unsafe struct Tile
{
    /// <summary>Its first element.</summary>
    public float* C;

    /// <summary>Elements between its rows.</summary>
    public nint Ldc;

    /// <summary>Whether results are added to what C holds.</summary>
    public bool Accumulate;

    /// <summary>Applied after that; its biases begin at this tile.</summary>
    public Epilogue Epilogue;

    /// <summary>
    /// Stores <paramref name="source"/>[rows, columns] into the tile, as a micro-kernel stores its registers: the same operations in
    /// the same order, so that an element's value does not depend on the way it took.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store(float* source, nint sourceStride, int rows, int columns)
    {
        for (var i = 0; i < rows; i++)
        {
            var from = source + i * sourceStride;
            var to = C + i * Ldc;
            var j = 0;
            for (; j <= columns - Vector512<float>.Count; j += Vector512<float>.Count)
                Finish(Vector512.Load(from + j), to, i, j).Store(to + j);
            for (; j <= columns - Vector128<float>.Count; j += Vector128<float>.Count)
                Finish(Vector128.Load(from + j), to, i, j).Store(to + j);
            for (; j < columns; j++)
                to[j] = Finish(from[j], to, i, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector512<float> Finish(Vector512<float> x, float* c, int i, int j)
    {
        if (Accumulate)
            x += Vector512.Load(c + j);
        if (Epilogue.RowBias != null)
            x += Vector512.Create(Epilogue.RowBias[i]);
        if (Epilogue.ColumnBias != null)
            x += Vector512.Load(Epilogue.ColumnBias + j);
        if (Epilogue.Activation == Activation.Relu)
            x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512<float>.Zero, x);
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector128<float> Finish(Vector128<float> x, float* c, int i, int j)
    {
        if (Accumulate)
            x += Vector128.Load(c + j);
        if (Epilogue.RowBias != null)
            x += Vector128.Create(Epilogue.RowBias[i]);
        if (Epilogue.ColumnBias != null)
            x += Vector128.Load(Epilogue.ColumnBias + j);
        if (Epilogue.Activation == Activation.Relu)
            x = Vector128.ConditionalSelect(Vector128.LessThan(x, Vector128<float>.Zero), Vector128<float>.Zero, x);
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Finish(float x, float* c, int i, int j)
    {
        if (Accumulate)
            x += c[j];
        if (Epilogue.RowBias != null)
            x += Epilogue.RowBias[i];
        if (Epilogue.ColumnBias != null)
            x += Epilogue.ColumnBias[j];
        return Epilogue.Activation == Activation.Relu && x < 0 ? 0 : x;
    }
}
