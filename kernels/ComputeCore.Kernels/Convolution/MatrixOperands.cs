using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>The weights: lines are output channels, depths are taps.</summary>
internal struct WeightLines : IOperand<ConvolutionArguments, int>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => true;

    public readonly int Start(ConvolutionArguments arguments, int batch, int line) => batch * arguments.Rows * arguments.Depth;

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, int state, int line, int depth, int depthEnd) =>
        Matrix.Load(view, arguments.LeftVector != 0, state, arguments.Depth, 1, line, arguments.Rows, depth, depthEnd);
}

/// <summary>The weights: lines are input channels, depths are taps of all output channels.</summary>
internal struct InputWeightLines : IOperand<ConvolutionArguments, int>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => true;

    public readonly int Start(ConvolutionArguments arguments, int batch, int line) => batch * arguments.Rows * arguments.Depth;

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, int state, int line, int depth, int depthEnd) => Blocked.Load(
        view, arguments.LeftVector != 0, state + line * arguments.Taps, arguments.Taps, arguments.TapsInverse, arguments.Rows * arguments.Taps, line < arguments.Rows, depth, depthEnd);
}

/// <summary>The gradient's images: lines are output channels, depths are pixels of all images.</summary>
internal struct GradientLines : IOperand<ConvolutionArguments, int>
{
    public readonly bool AlongDepth(ConvolutionArguments arguments) => true;

    public readonly int Start(ConvolutionArguments arguments, int batch, int line) => batch * arguments.Rows * arguments.PlaneSize;

    public readonly Float4 Load(ArrayView<float> view, ConvolutionArguments arguments, int state, int line, int depth, int depthEnd) => Blocked.Load(
        view, arguments.LeftVector != 0, state + line * arguments.PlaneSize, arguments.PlaneSize, arguments.PlaneSizeInverse, arguments.Batch, line < arguments.Rows, depth, depthEnd);
}

/// <summary>A line whose depths lie in blocks, side by side within a block.</summary>
internal static class Blocked
{
    /// <summary>Four depths.</summary>
    public static Float4 Load(ArrayView<float> view, bool vector, int offset, int block, float inverse, int stride, bool exists, int depth, int depthEnd)
    {
        if (vector)
        {
            var inside = exists && depth < depthEnd;
            var quad = view.Cast<Float4>()[inside ? At(offset, block, inverse, stride, depth) / 4 : 0];
            return new Float4(inside ? quad.X : 0, inside ? quad.Y : 0, inside ? quad.Z : 0, inside ? quad.W : 0);
        }

        return new Float4(
            Matrix.Element(view, At(offset, block, inverse, stride, depth), exists && depth < depthEnd),
            Matrix.Element(view, At(offset, block, inverse, stride, depth + 1), exists && depth + 1 < depthEnd),
            Matrix.Element(view, At(offset, block, inverse, stride, depth + 2), exists && depth + 2 < depthEnd),
            Matrix.Element(view, At(offset, block, inverse, stride, depth + 3), exists && depth + 3 < depthEnd));
    }

    private static int At(int offset, int block, float inverse, int stride, int depth)
    {
        var index = Place.Divide(depth, block, inverse);
        return offset + index * stride + depth - index * block;
    }
}
