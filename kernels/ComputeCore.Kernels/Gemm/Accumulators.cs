using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// The sums of one work-item: a few rows times a few columns of a product, in registers. Rows and columns come in quads; where
/// there are two of them, they may lie apart in shared memory.
/// </summary>
internal interface IAccumulator<TSelf>
    where TSelf : struct
{
    /// <summary>Rows of the work-item, and as many columns: 4 or 8.</summary>
    int Size { get; }

    /// <summary>Adds the product of one column of the left tile and one row of the right.</summary>
    /// <param name="sum">The sums so far.</param>
    /// <param name="left">The left tile, depth by depth.</param>
    /// <param name="row">The work-item's first quad of rows.</param>
    /// <param name="rowStep">From there to its second.</param>
    /// <param name="right">The right tile, depth by depth.</param>
    /// <param name="column">The work-item's first quad of columns.</param>
    /// <param name="columnStep">From there to its second.</param>
    TSelf Step(TSelf sum, ArrayView<Float4> left, int row, int rowStep, ArrayView<Float4> right, int column, int columnStep);

    /// <summary>Hands all sums to the result.</summary>
    void Store<TResult, TArguments>(TSelf sum, ArrayView<float> result, ArrayView<float> bias, TArguments arguments, int row, int column, int batch)
        where TResult : struct, IResult<TArguments>
        where TArguments : unmanaged;
}

/// <summary>8 x 8 sums: 64 registers, 128 FLOPs for each 16 floats read from shared memory.</summary>
internal struct Accumulator8x8 : IAccumulator<Accumulator8x8>
{
    private Float4 s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51, s60, s61, s70, s71;

    public readonly int Size => 8;

    public readonly Accumulator8x8 Step(Accumulator8x8 sum, ArrayView<Float4> left, int row, int rowStep, ArrayView<Float4> right, int column, int columnStep)
    {
        var (a, b) = (left[row], left[row + rowStep]);
        var (x, y) = (right[column], right[column + columnStep]);
        sum.s00 = Float4.MultiplyAdd(a.X, x, sum.s00);
        sum.s01 = Float4.MultiplyAdd(a.X, y, sum.s01);
        sum.s10 = Float4.MultiplyAdd(a.Y, x, sum.s10);
        sum.s11 = Float4.MultiplyAdd(a.Y, y, sum.s11);
        sum.s20 = Float4.MultiplyAdd(a.Z, x, sum.s20);
        sum.s21 = Float4.MultiplyAdd(a.Z, y, sum.s21);
        sum.s30 = Float4.MultiplyAdd(a.W, x, sum.s30);
        sum.s31 = Float4.MultiplyAdd(a.W, y, sum.s31);
        sum.s40 = Float4.MultiplyAdd(b.X, x, sum.s40);
        sum.s41 = Float4.MultiplyAdd(b.X, y, sum.s41);
        sum.s50 = Float4.MultiplyAdd(b.Y, x, sum.s50);
        sum.s51 = Float4.MultiplyAdd(b.Y, y, sum.s51);
        sum.s60 = Float4.MultiplyAdd(b.Z, x, sum.s60);
        sum.s61 = Float4.MultiplyAdd(b.Z, y, sum.s61);
        sum.s70 = Float4.MultiplyAdd(b.W, x, sum.s70);
        sum.s71 = Float4.MultiplyAdd(b.W, y, sum.s71);
        return sum;
    }

    public readonly void Store<TResult, TArguments>(
        Accumulator8x8 sum, ArrayView<float> result, ArrayView<float> bias, TArguments arguments, int row, int column, int batch)
        where TResult : struct, IResult<TArguments>
        where TArguments : unmanaged
    {
        var target = default(TResult);
        target.Store(result, bias, arguments, row, column, batch, sum.s00);
        target.Store(result, bias, arguments, row, column + 4, batch, sum.s01);
        target.Store(result, bias, arguments, row + 1, column, batch, sum.s10);
        target.Store(result, bias, arguments, row + 1, column + 4, batch, sum.s11);
        target.Store(result, bias, arguments, row + 2, column, batch, sum.s20);
        target.Store(result, bias, arguments, row + 2, column + 4, batch, sum.s21);
        target.Store(result, bias, arguments, row + 3, column, batch, sum.s30);
        target.Store(result, bias, arguments, row + 3, column + 4, batch, sum.s31);
        target.Store(result, bias, arguments, row + 4, column, batch, sum.s40);
        target.Store(result, bias, arguments, row + 4, column + 4, batch, sum.s41);
        target.Store(result, bias, arguments, row + 5, column, batch, sum.s50);
        target.Store(result, bias, arguments, row + 5, column + 4, batch, sum.s51);
        target.Store(result, bias, arguments, row + 6, column, batch, sum.s60);
        target.Store(result, bias, arguments, row + 6, column + 4, batch, sum.s61);
        target.Store(result, bias, arguments, row + 7, column, batch, sum.s70);
        target.Store(result, bias, arguments, row + 7, column + 4, batch, sum.s71);
    }
}

/// <summary>4 x 4 sums: 16 registers, 32 FLOPs for each 8 floats read; for products too small to fill a device with larger tiles.</summary>
internal struct Accumulator4x4 : IAccumulator<Accumulator4x4>
{
    public Float4 Row0;
    public Float4 Row1;
    public Float4 Row2;
    public Float4 Row3;

    public readonly int Size => 4;

    public readonly Accumulator4x4 Step(Accumulator4x4 sum, ArrayView<Float4> left, int row, int rowStep, ArrayView<Float4> right, int column, int columnStep)
    {
        var (a, x) = (left[row], right[column]);
        sum.Row0 = Float4.MultiplyAdd(a.X, x, sum.Row0);
        sum.Row1 = Float4.MultiplyAdd(a.Y, x, sum.Row1);
        sum.Row2 = Float4.MultiplyAdd(a.Z, x, sum.Row2);
        sum.Row3 = Float4.MultiplyAdd(a.W, x, sum.Row3);
        return sum;
    }

    public readonly void Store<TResult, TArguments>(
        Accumulator4x4 sum, ArrayView<float> result, ArrayView<float> bias, TArguments arguments, int row, int column, int batch)
        where TResult : struct, IResult<TArguments>
        where TArguments : unmanaged
    {
        var target = default(TResult);
        target.Store(result, bias, arguments, row, column, batch, sum.Row0);
        target.Store(result, bias, arguments, row + 1, column, batch, sum.Row1);
        target.Store(result, bias, arguments, row + 2, column, batch, sum.Row2);
        target.Store(result, bias, arguments, row + 3, column, batch, sum.Row3);
    }
}
