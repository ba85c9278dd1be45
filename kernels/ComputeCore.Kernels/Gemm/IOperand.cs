using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// A factor of a tiled product, as the kernel reads it: lines (rows of the left factor, columns of the right) of elements along
/// the depth that is summed over. It may be a matrix in memory, or one that only exists as places in an image.
/// </summary>
/// <typeparam name="TArguments">The kernel's scalars.</typeparam>
/// <typeparam name="TState">What is worked out once for a work-item's first line.</typeparam>
internal interface IOperand<TArguments, TState>
    where TArguments : unmanaged
    where TState : unmanaged
{
    /// <summary>Whether quads are four depths of a line; otherwise they are four lines at one depth.</summary>
    bool AlongDepth(TArguments arguments);

    /// <summary>Works out what does not change from depth to depth.</summary>
    TState Start(TArguments arguments, int batch, int line);

    /// <summary>Reads the quad that begins at a line and a depth; what lies beyond the lines or the end of the depth is zero.</summary>
    Float4 Load(ArrayView<float> view, TArguments arguments, TState state, int line, int depth, int depthEnd);
}

/// <summary>Where the sums go.</summary>
/// <typeparam name="TArguments">The kernel's scalars.</typeparam>
internal interface IResult<TArguments>
    where TArguments : unmanaged
{
    /// <summary>Stores four columns of a row, those inside of the result.</summary>
    void Store(ArrayView<float> result, ArrayView<float> bias, TArguments arguments, int row, int column, int batch, Float4 sum);
}
