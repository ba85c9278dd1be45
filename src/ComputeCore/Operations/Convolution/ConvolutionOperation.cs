using ComputeCore.Kernels.Cpu.Convolution;

namespace ComputeCore.Operations;

/// <summary>How a convolution's kernel moves over its input.</summary>
/// <param name="Stride">Steps between neighbouring outputs.</param>
/// <param name="Padding">Zeros on each side of the input.</param>
/// <param name="Dilation">Steps between the kernel's elements.</param>
/// <param name="Groups">Into how many parts the channels are cut, each convolved by itself.</param>
public readonly record struct ConvolutionGeometry(Pair Stride, Pair Padding, Pair Dilation, int Groups)
{
    /// <summary>
    /// The same convolution without the kernel's outer rows and columns that meet nothing but padding, as in small planes: of a 3 x 3
    /// kernel on a single pixel only the centre counts. Where no geometry says so, padding being the same on both sides, all are kept.
    /// </summary>
    /// <param name="plane">H and W.</param>
    /// <param name="kernel">R and S.</param>
    internal (ConvolutionGeometry Geometry, Range Rows, Range Columns) WithoutIdleTaps(Pair plane, Pair kernel)
    {
        var (rows, top) = UsedTaps(plane.Height, kernel.Height, Stride.Height, Padding.Height, Dilation.Height);
        var (columns, left) = UsedTaps(plane.Width, kernel.Width, Stride.Width, Padding.Width, Dilation.Width);
        return (this with { Padding = new(top, left) }, rows, columns);
    }

    /// <summary>How many outputs there are along an axis; at most 0 if the kernel does not fit.</summary>
    internal static int Extent(int input, int kernel, int stride, int padding, int dilation)
    {
        var free = input + 2L * padding - (kernel - 1L) * dilation - 1;
        return free < 0 ? 0 : (int)(free / stride) + 1;
    }

    private static (Range Taps, int Padding) UsedTaps(int input, int kernel, int stride, int padding, int dilation)
    {
        var outputs = Extent(input, kernel, stride, padding, dilation);
        var (first, end) = (0, kernel);
        while (first < end && !IsUsed(first))
            first++;
        while (end > first && !IsUsed(end - 1))
            end--;
        var rest = padding - first * dilation;
        return first < end && rest >= 0 && Extent(input, end - first, stride, rest, dilation) == outputs ? (first..end, rest) : (..kernel, padding);

        // Whether the first output that does not read before the plane reads in it.
        bool IsUsed(int tap)
        {
            var offset = tap * dilation - padding;
            var output = offset >= 0 ? 0 : (stride - 1 - offset) / stride;
            return output < outputs && output * stride + offset < input;
        }
    }
}

/// <summary>
/// A convolution of x [N, C, H, W] by w [K, C / groups, R, S] to y [N, K, P, Q], or one of its gradients. All three sum
/// products over the same triples of elements, so that they share the definition:
/// y[n, k, p, q] pairs with x[n, c, p·stride − padding + r·dilation, …] and w[k, c, r, s].
/// </summary>
/// <param name="Geometry">How the kernel moves.</param>
public abstract record ConvolutionOperation(ConvolutionGeometry Geometry) : Operation
{
    /// <summary>The shape of y, or an error that names the inputs.</summary>
    private protected Shape OutputShape(IReadOnlyList<TensorType> inputs, Shape x, Shape w)
    {
        var ((strideY, strideX), (paddingY, paddingX), (dilationY, dilationX), groups) = Geometry;
        if (strideY < 1 || strideX < 1 || dilationY < 1 || dilationX < 1 || paddingY < 0 || paddingX < 0 || groups < 1)
            throw Mismatch(inputs, $"stride {Geometry.Stride}, dilation {Geometry.Dilation} and groups {groups} must be at least 1, and padding {Geometry.Padding} at least 0");
        if (x.Rank != 4 || w.Rank != 4)
            throw Mismatch(inputs, $"the input {x} must be [N, C, H, W] and the weight {w} [K, C / groups, R, S]");
        if (x[1] != w[1] * groups || w[0] % groups != 0)
            throw Mismatch(inputs, $"the input {x} has {x[1]} channels and the weight {w} takes {w[1]} in each of {groups} groups, which must also divide its {w[0]} output channels");
        var (height, width) = (ConvolutionGeometry.Extent(x[2], w[2], strideY, paddingY, dilationY), ConvolutionGeometry.Extent(x[3], w[3], strideX, paddingX, dilationX));
        if (height < 1 || width < 1 || w[2] < 1 || w[3] < 1)
            throw Mismatch(inputs, $"the kernel ({w[2]}, {w[3]}) with dilation {Geometry.Dilation} does not fit into the plane ({x[2]}, {x[3]}) with padding {Geometry.Padding}");
        return [x[0], w[0], height, width];
    }

    /// <summary>The places in x, w and y of all elements that meet in a product.</summary>
    private protected IEnumerable<(int X, int W, int Y)> Products(Shape x, Shape w, Shape y)
    {
        var (stride, padding, dilation, groups) = Geometry;
        var outputsPerGroup = w[0] / groups;
        var at = 0;
        foreach (var (n, k, p, q) in Indices(y))
        {
            foreach (var (_, c, r, s) in Indices(w.With(0, 1)))
            {
                var row = p * stride.Height - padding.Height + r * dilation.Height;
                var column = q * stride.Width - padding.Width + s * dilation.Width;
                if (row < 0 || row >= x[2] || column < 0 || column >= x[3])
                    continue;
                var channel = k / outputsPerGroup * w[1] + c;
                yield return (((n * x[1] + channel) * x[2] + row) * x[3] + column, ((k * w[1] + c) * w[2] + r) * w[3] + s, at);
            }

            at++;
        }
    }

    /// <summary>The CPU kernels' description of a convolution.</summary>
    private protected ConvolutionShape ToKernel(Shape x, Shape w, Shape y) => new()
    {
        N = x[0],
        C = x[1],
        H = x[2],
        W = x[3],
        K = w[0],
        R = w[2],
        S = w[3],
        P = y[2],
        Q = y[3],
        StrideY = Geometry.Stride.Height,
        StrideX = Geometry.Stride.Width,
        PaddingTop = Geometry.Padding.Height,
        PaddingLeft = Geometry.Padding.Width,
        DilationY = Geometry.Dilation.Height,
        DilationX = Geometry.Dilation.Width,
        Groups = Geometry.Groups,
    };

    /// <summary>A multiplication and an addition for each product, those with padding counted.</summary>
    private protected static double FlopsOf(Shape w, Shape y) => 2.0 * y.ElementCount * (w.ElementCount / w[0]);

    private static IEnumerable<(int, int, int, int)> Indices(Shape shape) =>
        Devices.Reference.ReferenceTensor.IndicesOf(shape).Select(index => (index[0], index[1], index[2], index[3]));
}
