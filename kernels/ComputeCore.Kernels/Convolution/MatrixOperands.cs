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
        var index = Place.Divide(depth, block, inverse);
        var within = depth - index * block;
        var at = offset + index * stride + within;
        if (vector)
        {
            var inside = exists && depth < depthEnd;
            var quad = view.Cast<Float4>()[inside ? at / 4 : 0];
            return new Float4(inside ? quad.X : 0, inside ? quad.Y : 0, inside ? quad.Z : 0, inside ? quad.W : 0);
        }

        // From each depth to the next: one further, and where a block ends, on to the next block.
        var gap = stride - block;
        var second = Wrapped(within + 1, block);
        var third = Wrapped(second + 1, block);
        var fourth = Wrapped(third + 1, block);
        var secondAt = at + 1 + (second == 0 ? gap : 0);
        var thirdAt = secondAt + 1 + (third == 0 ? gap : 0);
        var fourthAt = thirdAt + 1 + (fourth == 0 ? gap : 0);
        return new Float4(
            Matrix.Element(view, at, exists && depth < depthEnd),
            Matrix.Element(view, secondAt, exists && depth + 1 < depthEnd),
            Matrix.Element(view, thirdAt, exists && depth + 2 < depthEnd),
            Matrix.Element(view, fourthAt, exists && depth + 3 < depthEnd));
    }

    private static int Wrapped(int within, int block) => within == block ? 0 : within;
}
