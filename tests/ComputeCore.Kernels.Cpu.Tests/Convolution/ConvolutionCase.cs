using System.Runtime.InteropServices;
using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Convolution;

/// <summary>One convolution with its inputs; runs the kernels and the reference on them.</summary>
internal sealed unsafe class ConvolutionCase
{
    private const byte Guard = 0xA5;

    private delegate long WorkspaceSize(WorkerPool pool, in ConvolutionShape shape);

    public ConvolutionCase(ConvolutionShape shape)
    {
        Shape = shape;
        X = Numbers.Uniform(shape.N * shape.C * shape.InputPlane, 1);
        Weights = Numbers.Uniform(shape.K * shape.GroupInputs * shape.Taps, 2);
        Bias = Numbers.Uniform(shape.K, 3);
        Scale = Numbers.Uniform(shape.K, 5);
        Residual = Numbers.Uniform(shape.N * shape.K * shape.OutputPlane, 6);
        Dy = Numbers.Uniform(shape.N * shape.K * shape.OutputPlane, 4);
    }

    public ConvolutionShape Shape { get; }

    public float[] X { get; }

    public float[] Weights { get; }

    public float[] Bias { get; }

    public float[] Scale { get; }

    public float[] Residual { get; }

    public float[] Dy { get; }

    /// <summary>The output sizes follow from the rest, as PyTorch computes them.</summary>
    public static ConvolutionShape Create(
        int n, int c, int height, int width, int k, int r, int s, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) => new()
    {
        N = n, C = c, H = height, W = width, K = k, R = r, S = s, StrideY = stride, StrideX = stride, PaddingTop = padding,
        PaddingLeft = padding, DilationY = dilation, DilationX = dilation, Groups = groups,
        P = (height + 2 * padding - dilation * (r - 1) - 1) / stride + 1,
        Q = (width + 2 * padding - dilation * (s - 1) - 1) / stride + 1,
    };

    /// <summary>The convolution, and everything that an epilogue can hold if there is an activation.</summary>
    public float[] Forward(int threads, Activation? activation = null)
    {
        var y = Numbers.Unwritten(Dy.Length);
        fixed (float* x = X, weights = Weights, scale = Scale, bias = Bias, residual = Residual, py = y)
        {
            var epilogue = activation is null
                ? default
                : new ConvolutionEpilogue { Scale = scale, Bias = bias, Residual = residual, Activation = activation.Value };
            var (px, pw, pointer) = ((nint)x, (nint)weights, (nint)py);
            InWorkspace(threads, (_, in shape) => Convolution2D.PreparedBytes(shape), (pool, prepared) =>
            {
                if (Convolution2D.PreparedBytes(Shape) > 0)
                    Convolution2D.Prepare(pool, Shape, (float*)pw, (byte*)prepared);
                InWorkspace(threads, Convolution2D.ForwardWorkspaceBytes, (_, workspace) =>
                    Convolution2D.Forward(pool, Shape, (float*)px, (float*)pw, (byte*)prepared, epilogue, (float*)pointer, (byte*)workspace));
            });
        }

        return y;
    }

    public float[] BackwardData(int threads)
    {
        var dx = Numbers.Unwritten(X.Length);
        fixed (float* dy = Dy, weights = Weights, p = dx)
        {
            var (pdy, pw, pdx) = ((nint)dy, (nint)weights, (nint)p);
            InWorkspace(threads, Convolution2D.DataWorkspaceBytes, (pool, workspace) =>
                Convolution2D.BackwardData(pool, Shape, (float*)pdy, (float*)pw, (float*)pdx, (byte*)workspace));
        }

        return dx;
    }

    public float[] BackwardWeights(int threads)
    {
        var dweights = Numbers.Unwritten(Weights.Length);
        fixed (float* x = X, dy = Dy, p = dweights)
        {
            var (px, pdy, pdw) = ((nint)x, (nint)dy, (nint)p);
            InWorkspace(threads, Convolution2D.WeightsWorkspaceBytes, (pool, workspace) =>
                Convolution2D.BackwardWeights(pool, Shape, (float*)px, (float*)pdy, (float*)pdw, (byte*)workspace));
        }

        return dweights;
    }

    public double[] ExpectedForward(Activation? activation = null)
    {
        var y = new double[Dy.Length];
        fixed (float* x = X, weights = Weights)
        fixed (double* py = y)
            ConvolutionReference.Forward(Shape, x, weights, py);
        if (activation is null)
            return y;
        for (var i = 0; i < y.Length; i++)
        {
            var k = i / Shape.OutputPlane % Shape.K;
            y[i] = (double)Scale[k] * y[i] + Bias[k] + Residual[i];
            if (activation != Activation.None && y[i] < 0)
                y[i] = 0;
            if (activation == Activation.Relu6 && y[i] > 6)
                y[i] = 6;
        }

        return y;
    }

    public double[] ExpectedBackwardData()
    {
        var dx = new double[X.Length];
        fixed (float* dy = Dy, weights = Weights)
        fixed (double* pdx = dx)
            ConvolutionReference.BackwardData(Shape, dy, weights, pdx);
        return dx;
    }

    public double[] ExpectedBackwardWeights()
    {
        var dweights = new double[Weights.Length];
        fixed (float* x = X, dy = Dy)
        fixed (double* pdw = dweights)
            ConvolutionReference.BackwardWeights(Shape, x, dy, pdw);
        return dweights;
    }

    // The workspace is full of NaN at first, and guarded at its end.
    private void InWorkspace(int threads, WorkspaceSize size, Action<WorkerPool, nint> run)
    {
        using var pool = new WorkerPool(threads);
        var bytes = size(pool, Shape);
        var workspace = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
        try
        {
            new Span<byte>(workspace, (int)bytes).Fill(0xFF);
            new Span<byte>(workspace + bytes, 64).Fill(Guard);
            run(pool, (nint)workspace);
            Assert.That(new Span<byte>(workspace + bytes, 64).IndexOfAnyExcept(Guard), Is.EqualTo(-1), "The workspace overflowed.");
        }
        finally
        {
            NativeMemory.AlignedFree(workspace);
        }
    }
}
