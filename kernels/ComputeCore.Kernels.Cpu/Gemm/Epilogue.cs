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

    /// <summary>min(max(x, 0), 6); NaN stays NaN.</summary>
    Relu6,
}

/// <summary>
/// What is done with an element of a product beyond storing it: C = activation(rowScale[i] · A·B + rowBias[i] + columnBias[j]). It
/// is applied when the last block of K is written, while the tile is still in registers.
/// </summary>
internal unsafe struct Epilogue
{
    /// <summary>One factor for each row of C (a convolution's output channels), or null.</summary>
    public float* RowScale;

    /// <summary>One value for each row of C, or null.</summary>
    public float* RowBias;

    /// <summary>One value for each column of C (a linear layer's features), or null.</summary>
    public float* ColumnBias;

    /// <summary>Applied last.</summary>
    public Activation Activation;

    /// <summary>The epilogue of the part of C that begins at (row, column).</summary>
    public readonly Epilogue At(int row, int column) => new()
    {
        RowScale = RowScale == null ? null : RowScale + row,
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

    /// <summary>What is added before the activation, with rows as far apart as C's, or null.</summary>
    public float* Residual;

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
            for (; j <= columns - Width512.Count; j += Width512.Count)
                Store<Width512, Vector512<float>>(Vector512.Load(from + j), i, j, to + j);
            for (; j <= columns - Width128.Count; j += Width128.Count)
                Store<Width128, Vector128<float>>(Vector128.Load(from + j), i, j, to + j);
            for (; j < columns; j++)
                to[j] = Finish(from[j], to, i, j);
        }
    }

    /// <summary>Stores a vector of results at <paramref name="c"/>, the tile's element (<paramref name="row"/>, <paramref name="column"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TWidth, TVector>(TVector x, int row, int column, float* c)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct => Store<TWidth, TVector, One>(x, x, row, column, c);

    /// <summary>Stores one or two neighbouring vectors of results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TWidth, TVector, TVectors>(TVector x0, TVector x1, int row, int column, float* c)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
        where TVectors : struct, ITileSize
    {
        if (Accumulate)
        {
            x0 = TWidth.Add(x0, TWidth.Load(c));
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, TWidth.Load(c + TWidth.Count)) : x1;
        }

        var bias = Epilogue.RowBias != null ? TWidth.Broadcast(Epilogue.RowBias[row]) : default;
        if (Epilogue.RowScale != null)
        {
            var scale = TWidth.Broadcast(Epilogue.RowScale[row]);
            x0 = TWidth.MultiplyAdd(x0, scale, bias);
            x1 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x1, scale, bias) : x1;
        }
        else if (Epilogue.RowBias != null)
        {
            x0 = TWidth.Add(x0, bias);
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, bias) : x1;
        }

        if (Epilogue.ColumnBias != null)
        {
            x0 = TWidth.Add(x0, TWidth.Load(Epilogue.ColumnBias + column));
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, TWidth.Load(Epilogue.ColumnBias + column + TWidth.Count)) : x1;
        }

        if (Residual != null)
        {
            var residual = Residual + (c - C);
            x0 = TWidth.Add(x0, TWidth.Load(residual));
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, TWidth.Load(residual + TWidth.Count)) : x1;
        }

        if (Epilogue.Activation != Activation.None)
        {
            x0 = TWidth.Relu(x0);
            x1 = TVectors.Value == 2 ? TWidth.Relu(x1) : x1;
            if (Epilogue.Activation == Activation.Relu6)
            {
                x0 = TWidth.Minimum(x0, TWidth.Broadcast(6));
                x1 = TVectors.Value == 2 ? TWidth.Minimum(x1, TWidth.Broadcast(6)) : x1;
            }
        }

        TWidth.Store(x0, c);
        if (TVectors.Value == 2)
            TWidth.Store(x1, c + TWidth.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Finish(float x, float* c, int i, int j)
    {
        if (Accumulate)
            x += c[j];
        var bias = Epilogue.RowBias != null ? Epilogue.RowBias[i] : 0;
        if (Epilogue.RowScale != null)
            x = MathF.FusedMultiplyAdd(x, Epilogue.RowScale[i], bias);
        else if (Epilogue.RowBias != null)
            x += bias;
        if (Epilogue.ColumnBias != null)
            x += Epilogue.ColumnBias[j];
        if (Residual != null)
            x += Residual[i * Ldc + j];
        if (Epilogue.Activation != Activation.None && x < 0)
            x = 0;
        return Epilogue.Activation == Activation.Relu6 && x > 6 ? 6 : x;
    }
}
