using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Images: rows are channels, columns are pixels; a bias per channel, then maybe relu.</summary>
internal struct ImageResult : IResult<ConvolutionArguments>
{
    public readonly void Store(ArrayView<float> result, ArrayView<float> bias, ConvolutionArguments arguments, int row, int column, int batch, Float4 sum)
    {
        if (row >= arguments.Rows || column >= arguments.Columns)
            return;
        var channel = batch * arguments.Rows + row;
        var first = channel * arguments.PlaneSize;
        sum.X = Epilogue.Apply(sum.X, bias, arguments.HasBias != 0, channel, arguments.Activation);
        sum.Y = Epilogue.Apply(sum.Y, bias, arguments.HasBias != 0, channel, arguments.Activation);
        sum.Z = Epilogue.Apply(sum.Z, bias, arguments.HasBias != 0, channel, arguments.Activation);
        sum.W = Epilogue.Apply(sum.W, bias, arguments.HasBias != 0, channel, arguments.Activation);
        if (arguments.ResultVector != 0)
        {
            Quad.Store(result, true, At(arguments, first, column), 4, sum);
            return;
        }

        result[At(arguments, first, column)] = sum.X;
        if (column + 1 < arguments.Columns)
            result[At(arguments, first, column + 1)] = sum.Y;
        if (column + 2 < arguments.Columns)
            result[At(arguments, first, column + 2)] = sum.Z;
        if (column + 3 < arguments.Columns)
            result[At(arguments, first, column + 3)] = sum.W;
    }

    private static int At(ConvolutionArguments arguments, int first, int column)
    {
        var image = Place.Divide(column, arguments.PlaneSize, arguments.PlaneSizeInverse);
        return image * arguments.Batch + first + column - image * arguments.PlaneSize;
    }
}

/// <summary>Weights, or the parts of their sums: rows are output channels, columns are taps.</summary>
internal struct WeightResult : IResult<ConvolutionArguments>
{
    public readonly void Store(ArrayView<float> result, ArrayView<float> bias, ConvolutionArguments arguments, int row, int column, int batch, Float4 sum)
    {
        if (row >= arguments.Rows || column >= arguments.Columns)
            return;
        var part = Grid.IdxZ - batch * arguments.Splits;
        var at = part * arguments.SplitStride + (batch * arguments.Rows + row) * arguments.Columns + column;
        Quad.Store(result, arguments.ResultVector != 0, at, arguments.Columns - column, sum);
    }
}
