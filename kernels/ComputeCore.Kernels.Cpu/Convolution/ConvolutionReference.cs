namespace ComputeCore.Kernels.Cpu.Convolution;

// 2-D convolution as its definition reads, sums in double: what the fast kernels are tested against.
// y[n, k, p, q] = the sum over c, r, s of
//     x[n, c, p * strideY - paddingTop + r * dilationY, q * strideX - paddingLeft + s * dilationX] * weights[k, c, r, s]

/// <summary>The shortest convolution and its two gradients.</summary>
internal static unsafe class ConvolutionReference
{
    private delegate void Term(nint x, nint weight, nint y);

    public static void Forward(in ConvolutionShape shape, float* x, float* weights, double* y)
    {
        new Span<double>(y, shape.N * shape.K * shape.OutputPlane).Clear();
        ForEachTerm(shape, (ix, iw, iy) => y[iy] += (double)x[ix] * weights[iw]);
    }

    public static void BackwardData(in ConvolutionShape shape, float* dy, float* weights, double* dx)
    {
        new Span<double>(dx, shape.N * shape.C * shape.InputPlane).Clear();
        ForEachTerm(shape, (ix, iw, iy) => dx[ix] += (double)dy[iy] * weights[iw]);
    }

    public static void BackwardWeights(in ConvolutionShape shape, float* x, float* dy, double* dweights)
    {
        new Span<double>(dweights, shape.K * shape.GroupInputs * shape.Taps).Clear();
        ForEachTerm(shape, (ix, iw, iy) => dweights[iw] += (double)x[ix] * dy[iy]);
    }

    private static void ForEachTerm(in ConvolutionShape shape, Term term)
    {
        for (var n = 0; n < shape.N; n++)
            for (var k = 0; k < shape.K; k++)
                for (var p = 0; p < shape.P; p++)
                    for (var q = 0; q < shape.Q; q++)
                        for (var c = 0; c < shape.GroupInputs; c++)
                            for (var r = 0; r < shape.R; r++)
                                for (var s = 0; s < shape.S; s++)
                                {
                                    var h = p * shape.StrideY - shape.PaddingTop + r * shape.DilationY;
                                    var w = q * shape.StrideX - shape.PaddingLeft + s * shape.DilationX;
                                    if (h < 0 || h >= shape.H || w < 0 || w >= shape.W)
                                        continue;
                                    var channel = k / shape.GroupOutputs * shape.GroupInputs + c;
                                    term(
                                        (((nint)n * shape.C + channel) * shape.H + h) * shape.W + w,
                                        (((nint)k * shape.GroupInputs + c) * shape.R + r) * shape.S + s,
                                        (((nint)n * shape.K + k) * shape.P + p) * shape.Q + q);
                                }
    }
}
