using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Gemm;

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

    /// <summary>Whether nothing is done.</summary>
    public readonly bool IsNone => RowScale == null && RowBias == null && ColumnBias == null && Activation == Activation.None;

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

    /// <summary>Elements between a row's first vector and its second, where a micro-kernel stores two that are not neighbours.</summary>
    public nint Gap;

    /// <summary>What is added before the activation, with rows as far apart as C's, or null.</summary>
    public float* Residual;

    /// <summary>Whether results are stored as they are.</summary>
    public readonly bool IsPlain => !Accumulate && Residual == null && Epilogue.IsNone;

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
            for (var j = 0; j < columns; j += Lanes.Count)
            {
                var inside = Lanes.First(columns - j);
                Lanes.Store(to + j, inside, Finish(Lanes.Load(from + j, inside), to, i, j, inside));
            }
        }
    }

    /// <summary>Stores one or two vectors of results of a plain tile, the second <see cref="Gap"/> behind the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TWidth, TVector, TVectors>(TVector x0, TVector x1, float* c)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
        where TVectors : struct, ITileSize
    {
        TWidth.Store(x0, c);
        if (TVectors.Value == 2)
            TWidth.Store(x1, c + TWidth.Count + Gap);
    }

    /// <summary>Stores one or two vectors of results of a row, after all that is done with them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Finish<TWidth, TVector, TVectors>(TVector x0, TVector x1, int row, float* c)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
        where TVectors : struct, ITileSize
    {
        var second = c + TWidth.Count + Gap;
        if (Accumulate)
        {
            x0 = TWidth.Add(x0, TWidth.Load(c));
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, TWidth.Load(second)) : x1;
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
            x0 = TWidth.Add(x0, TWidth.Load(Epilogue.ColumnBias));
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, TWidth.Load(Epilogue.ColumnBias + TWidth.Count)) : x1;
        }

        if (Residual != null)
        {
            x0 = TWidth.Add(x0, TWidth.Load(Residual + (c - C)));
            x1 = TVectors.Value == 2 ? TWidth.Add(x1, TWidth.Load(Residual + (second - C))) : x1;
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

        Store<TWidth, TVector, TVectors>(x0, x1, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector512<float> Finish(Vector512<float> x, float* c, int i, int j, Vector512<float> inside)
    {
        if (Accumulate)
            x += Lanes.Load(c + j, inside);
        var bias = Epilogue.RowBias != null ? Vector512.Create(Epilogue.RowBias[i]) : default;
        if (Epilogue.RowScale != null)
            x = Vector512.FusedMultiplyAdd(x, Vector512.Create(Epilogue.RowScale[i]), bias);
        else if (Epilogue.RowBias != null)
            x += bias;
        if (Epilogue.ColumnBias != null)
            x += Lanes.Load(Epilogue.ColumnBias + j, inside);
        if (Residual != null)
            x += Lanes.Load(Residual + i * Ldc + j, inside);
        return Activations.Apply(x, Epilogue.Activation);
    }
}
