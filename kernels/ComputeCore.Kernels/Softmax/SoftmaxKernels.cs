// Softmax along the middle axis of [outer, extent, inner], and its logarithm, with their gradients. The lanes of a line take its
// elements by turns; the line's greatest element and its sum of exponentials, which all of them need, are reduced in shared
// memory. An element is only touched by one lane, so that results may overwrite inputs.
//
//   y = exp(x - max) / Σ exp(x - max)        dx = y (dy - Σ dy y)
//   y = x - max - log Σ exp(x - max)         dx = dy - exp(y) Σ dy
//
// Bytes: the inputs two or three times, mostly from cache; the result once, twice for the first.
using ComputeCore.Kernels.Mathematics;
using ComputeCore.Kernels.Reduction;
using ILGPU;

namespace ComputeCore.Kernels.Softmax;

/// <summary>Softmax, its logarithm, and their gradients.</summary>
internal static partial class SoftmaxKernels
{
    /// <summary>Softmax; the naive version: a work-item per line.</summary>
    [Kernel]
    public static void SoftmaxNaive(ArrayView<float> x, ArrayView<float> y, int extent, int inner, int lines)
    {
        var line = Grid.IdxX * Group.DimX + Group.IdxX;
        if (line >= lines)
            return;
        var first = First(line, extent, inner);
        var max = float.NegativeInfinity;
        for (var i = 0; i < extent; i++)
            max = DeviceMath.Max(max, x[first + i * inner]);
        var sum = 0f;
        for (var i = 0; i < extent; i++)
            sum += DeviceMath.Exp(x[first + i * inner] - max);
        for (var i = 0; i < extent; i++)
            y[first + i * inner] = DeviceMath.Exp(x[first + i * inner] - max) / sum;
    }

    /// <summary>Softmax.</summary>
    [Kernel]
    public static void Softmax(ArrayView<float> x, ArrayView<float> y, int extent, int inner, int lines, int width)
    {
        var shared = SharedMemory.Allocate<float>(LineLaunch.GroupSize);
        var lane = Group.IdxX / width;
        var lanes = LineLaunch.GroupSize / width;
        for (var block = Grid.IdxX * width; block < lines; block += Grid.DimX * width)
        {
            var line = block + Group.IdxX % width;
            var end = line < lines ? extent : 0;
            var first = First(line, extent, inner);
            var max = MaxOfLine(shared, x, first, inner, lane, lanes, end, width);
            var sum = 0f;
            for (var i = lane; i < end; i += lanes)
            {
                var exp = DeviceMath.Exp(x[first + i * inner] - max);
                y[first + i * inner] = exp;
                sum += exp;
            }

            sum = GroupReduction.OverLanes<float, FloatSum>(shared, sum, width);
            for (var i = lane; i < end; i += lanes)
                y[first + i * inner] /= sum;
        }
    }

    /// <summary>The logarithm of softmax.</summary>
    [Kernel]
    public static void LogSoftmax(ArrayView<float> x, ArrayView<float> y, int extent, int inner, int lines, int width)
    {
        var shared = SharedMemory.Allocate<float>(LineLaunch.GroupSize);
        var lane = Group.IdxX / width;
        var lanes = LineLaunch.GroupSize / width;
        for (var block = Grid.IdxX * width; block < lines; block += Grid.DimX * width)
        {
            var line = block + Group.IdxX % width;
            var end = line < lines ? extent : 0;
            var first = First(line, extent, inner);
            var max = MaxOfLine(shared, x, first, inner, lane, lanes, end, width);
            var sum = 0f;
            for (var i = lane; i < end; i += lanes)
                sum += DeviceMath.Exp(x[first + i * inner] - max);
            var logSum = DeviceMath.Log(GroupReduction.OverLanes<float, FloatSum>(shared, sum, width));
            for (var i = lane; i < end; i += lanes)
                y[first + i * inner] = x[first + i * inner] - max - logSum;
        }
    }

    /// <summary>The gradient of softmax from its result.</summary>
    [Kernel]
    public static void SoftmaxGradient(ArrayView<float> dy, ArrayView<float> y, ArrayView<float> dx, int extent, int inner, int lines, int width)
    {
        var shared = SharedMemory.Allocate<float>(LineLaunch.GroupSize);
        var lane = Group.IdxX / width;
        var lanes = LineLaunch.GroupSize / width;
        for (var block = Grid.IdxX * width; block < lines; block += Grid.DimX * width)
        {
            var line = block + Group.IdxX % width;
            var end = line < lines ? extent : 0;
            var first = First(line, extent, inner);
            var dot = 0f;
            for (var i = lane; i < end; i += lanes)
                dot = MathF.FusedMultiplyAdd(dy[first + i * inner], y[first + i * inner], dot);
            dot = GroupReduction.OverLanes<float, FloatSum>(shared, dot, width);
            for (var i = lane; i < end; i += lanes)
                dx[first + i * inner] = y[first + i * inner] * (dy[first + i * inner] - dot);
        }
    }

    /// <summary>The gradient of softmax's logarithm from its result.</summary>
    [Kernel]
    public static void LogSoftmaxGradient(ArrayView<float> dy, ArrayView<float> y, ArrayView<float> dx, int extent, int inner, int lines, int width)
    {
        var shared = SharedMemory.Allocate<float>(LineLaunch.GroupSize);
        var lane = Group.IdxX / width;
        var lanes = LineLaunch.GroupSize / width;
        for (var block = Grid.IdxX * width; block < lines; block += Grid.DimX * width)
        {
            var line = block + Group.IdxX % width;
            var end = line < lines ? extent : 0;
            var first = First(line, extent, inner);
            var sum = 0f;
            for (var i = lane; i < end; i += lanes)
                sum += dy[first + i * inner];
            sum = GroupReduction.OverLanes<float, FloatSum>(shared, sum, width);
            for (var i = lane; i < end; i += lanes)
                dx[first + i * inner] = dy[first + i * inner] - DeviceMath.Exp(y[first + i * inner]) * sum;
        }
    }

    /// <summary>Where a line's first element lies.</summary>
    public static int First(int line, int extent, int inner)
    {
        var outer = line / inner;
        return outer * extent * inner + (line - outer * inner);
    }

    /// <summary>The greatest element of each lane's line, for all work-items of a group at once.</summary>
    public static float MaxOfLine(ArrayView<float> shared, ArrayView<float> x, int first, int inner, int lane, int lanes, int end, int width)
    {
        var max = float.NegativeInfinity;
        for (var i = lane; i < end; i += lanes)
            max = DeviceMath.Max(max, x[first + i * inner]);
        return GroupReduction.OverLanes<float, FloatMax>(shared, max, width);
    }
}
