// Convolution by its definition, a result per work-item or group:
//   forward   y[n, k, p, q] = the sum over c, r, s of x[n, c, p·stride − padding + r·dilation, …] w[k, c, r, s]
//   data      dx[n, c, h, w] = the sum over k, r, s of dy[n, k, p, q] w[k, c, r, s] where p·stride − padding + r·dilation = h, …
//   weights   dw[k, c, r, s] = the sum over n, p, q of dy[n, k, p, q] x[n, c, …]: a group per element, added up in a tree
// Where each output channel sees one input channel (depthwise layers, or grey images), there is no sum over channels for a matrix
// product to profit from, and these are the fast kernels: neighbouring work-items read neighbouring pixels. Elsewhere they are
// what the implicit matrix products are tested against.
// FLOPs 2 N K P Q R S C / groups each.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Convolution;

/// <summary>Convolutions and their gradients without shared tiles.</summary>
internal static partial class DirectConvolution
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>y, then the bias and maybe relu; a work-item per element.</summary>
    [Kernel]
    public static void Forward(ArrayView<float> x, ArrayView<float> weights, ArrayView<float> bias, ArrayView<float> y, ConvolutionShape shape)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= shape.N * shape.K * shape.P * shape.Q)
            return;
        var q = i % shape.Q;
        var p = i / shape.Q % shape.P;
        var k = i / (shape.Q * shape.P) % shape.K;
        var n = i / (shape.Q * shape.P * shape.K);
        var inputs = shape.C / shape.Groups;
        var firstChannel = k / (shape.K / shape.Groups) * inputs;
        var firstRow = p * shape.StrideY - shape.PaddingY;
        var firstColumn = q * shape.StrideX - shape.PaddingX;
        var sum = 0f;
        for (var c = 0; c < inputs; c++)
        {
            var plane = (n * shape.C + firstChannel + c) * shape.H * shape.W;
            var kernel = (k * inputs + c) * shape.R * shape.S;
            for (var r = 0; r < shape.R; r++)
            {
                var row = firstRow + r * shape.DilationY;
                for (var s = 0; s < shape.S; s++)
                {
                    var column = firstColumn + s * shape.DilationX;
                    var inside = row >= 0 && row < shape.H && column >= 0 && column < shape.W;
                    sum = MathF.FusedMultiplyAdd(Matrix.Element(x, plane + row * shape.W + column, inside), weights[kernel + r * shape.S + s], sum);
                }
            }
        }

        y[i] = Epilogue.Apply(sum, bias, shape.HasBias != 0, k, shape.Activation);
    }

    /// <summary>dx; a work-item per element.</summary>
    [Kernel]
    public static void Data(ArrayView<float> dy, ArrayView<float> weights, ArrayView<float> dx, ConvolutionShape shape)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= shape.N * shape.C * shape.H * shape.W)
            return;
        var w = i % shape.W;
        var h = i / shape.W % shape.H;
        var c = i / (shape.W * shape.H) % shape.C;
        var n = i / (shape.W * shape.H * shape.C);
        var inputs = shape.C / shape.Groups;
        var outputs = shape.K / shape.Groups;
        var firstOutput = c / inputs * outputs;
        var channel = c % inputs;
        var sum = 0f;
        for (var k = firstOutput; k < firstOutput + outputs; k++)
        {
            var plane = (n * shape.K + k) * shape.P * shape.Q;
            var kernel = (k * inputs + channel) * shape.R * shape.S;
            for (var r = 0; r < shape.R; r++)
            {
                var y = h + shape.PaddingY - r * shape.DilationY;
                var p = y / shape.StrideY;
                for (var s = 0; s < shape.S; s++)
                {
                    var x = w + shape.PaddingX - s * shape.DilationX;
                    var q = x / shape.StrideX;
                    var inside = y >= 0 && x >= 0 && p < shape.P && q < shape.Q && p * shape.StrideY == y && q * shape.StrideX == x;
                    sum = MathF.FusedMultiplyAdd(Matrix.Element(dy, plane + p * shape.Q + q, inside), weights[kernel + r * shape.S + s], sum);
                }
            }
        }

        dx[i] = sum;
    }

    /// <summary>dw; a group per element.</summary>
    [Kernel]
    public static void Weights(ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dw, ConvolutionShape shape)
    {
        var sums = SharedMemory.Allocate<float>(GroupSize);
        var i = Grid.IdxX;
        var inputs = shape.C / shape.Groups;
        var s = i % shape.S;
        var r = i / shape.S % shape.R;
        var c = i / (shape.S * shape.R) % inputs;
        var k = i / (shape.S * shape.R * inputs);
        var channel = k / (shape.K / shape.Groups) * inputs + c;
        var pixels = shape.P * shape.Q;
        var sum = 0f;
        for (var pixel = Group.IdxX; pixel < pixels; pixel += GroupSize)
        {
            var row = pixel / shape.Q * shape.StrideY - shape.PaddingY + r * shape.DilationY;
            var column = pixel % shape.Q * shape.StrideX - shape.PaddingX + s * shape.DilationX;
            var inside = row >= 0 && row < shape.H && column >= 0 && column < shape.W;
            for (var n = 0; n < shape.N; n++)
                sum = MathF.FusedMultiplyAdd(
                    Matrix.Element(x, ((n * shape.C + channel) * shape.H + row) * shape.W + column, inside), dy[(n * shape.K + k) * pixels + pixel], sum);
        }

        sums[Group.IdxX] = sum;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
                sums[Group.IdxX] += sums[Group.IdxX + half];
            Group.Barrier();
        }

        if (Group.IdxX == 0)
            dw[i] = sums[0];
    }
}
