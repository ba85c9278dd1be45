using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Convolution where each output channel sees one input channel: depthwise layers, with any multiplier M = K / C, and the
// first layer of a network on grey images (C = 1, M = K). There is no reduction over channels for a GEMM to profit from,
// so the vector runs along the image's row and the work is one pass over the planes.
//   forward   y[m] = the sum over taps of x shifted by the tap * w[m, tap]
//   data      dx = the sum over m of forward(dy[m] spread by the stride, w[m] turned by 180 degrees)
//   weights   dw[m, tap] = the sum over images and pixels of dy[m] * x shifted by the tap
// x is copied with its border into the worker's scratch (PaddedPlane), its columns sorted by remainder modulo the stride, so
// that every tap is an offset and every load contiguous. 3 x 3 kernels keep the 18 input vectors of 32 outputs in registers
// and run over the M output planes. The weights kernel holds 9 taps x 2 planes of accumulators.
// Depthwise 3 x 3 kernels with stride 1 or 2 need no copy: DepthwisePlane, DepthwisePlaneGradients.
// FLOPs 2 * N * K * P * Q * R * S each; bytes: forward and weights 4 * (N * C * H * W + N * K * P * Q), at 1 -> 32 channels
// all but bound by the store or load of y.

/// <summary>2-D convolution with one input channel per output channel.</summary>
internal static unsafe class DepthwiseConvolution
{
    private const int TapsPerPass = 9;

    // Parts of the weights gradient's sum over images: a fixed number, so that it is the same for every thread count.
    private const int GradientItems = 16;

    /// <summary>Bytes of workspace that each of the three kernels needs.</summary>
    public static long WorkspaceBytes(WorkerPool pool, in ConvolutionShape shape)
    {
        var forward = new Layout(shape);
        var data = new Layout(Transposed(shape));
        var floats = Math.Max(forward.Floats, data.Floats) + GradientAccumulators(shape);
        return TableBytes(shape) + 4 * (pool.Count * (long)floats + ImageChunks(shape) * (long)shape.K * shape.Taps);
    }

    /// <summary>y = convolution(x, weights), then the epilogue.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionShape shape, float* x, float* weights, in ConvolutionEpilogue epilogue, float* y, byte* workspace)
    {
        var layout = new Layout(shape);
        layout.WriteOffsets(shape, (int*)workspace);
        StripColumns.Write(shape, Strips(shape, workspace));
        PlaneLoop.Run(pool, shape.N * shape.C, shape.InputPlane + shape.GroupOutputs * shape.OutputPlane, new ForwardBody
        {
            Shape = shape, Layout = layout, X = x, Weights = weights, Epilogue = epilogue, Y = y,
            Offsets = (int*)workspace, Strips = Strips(shape, workspace), Scratch = (float*)(workspace + TableBytes(shape)),
        });
    }

    /// <summary>dx = the gradient with respect to x.</summary>
    public static void BackwardData(WorkerPool pool, in ConvolutionShape shape, float* dy, float* weights, float* dx, byte* workspace)
    {
        var transposed = Transposed(shape);
        var layout = new Layout(transposed);
        layout.WriteOffsets(transposed, (int*)workspace);
        var taps = (int*)workspace;
        new Span<int>(taps, shape.Taps).Reverse();
        StripColumns.Write(transposed, Strips(shape, workspace));
        PlaneLoop.Run(pool, shape.N * shape.C, shape.InputPlane + shape.GroupOutputs * shape.OutputPlane, new DataBody
        {
            Shape = shape, Transposed = transposed, Layout = layout, Dy = dy, Weights = weights, Dx = dx,
            Offsets = taps, Strips = Strips(shape, workspace), Scratch = (float*)(workspace + TableBytes(shape)),
        });
    }

    /// <summary>dweights = the gradient with respect to the weights.</summary>
    public static void BackwardWeights(WorkerPool pool, in ConvolutionShape shape, float* x, float* dy, float* dweights, byte* workspace)
    {
        var layout = new Layout(shape);
        layout.WriteOffsets(shape, (int*)workspace);
        var chunks = ImageChunks(shape);
        StripColumns.Write(shape, Strips(shape, workspace));
        var scratch = (float*)(workspace + TableBytes(shape));
        var partial = scratch + pool.Count * (nint)(layout.Floats + GradientAccumulators(shape));
        var weights = (nint)shape.K * shape.Taps;
        var planes = Rounding.DivideUp(shape.N, chunks) * (shape.InputPlane + shape.GroupOutputs * shape.OutputPlane);
        PlaneLoop.Run(pool, shape.C * chunks, planes, new WeightsBody
        {
            Shape = shape, Layout = layout, Chunks = chunks, X = x, Dy = dy,
            Offsets = (int*)workspace, Strips = Strips(shape, workspace), Scratch = scratch, Partial = partial,
        });
        for (nint i = 0; i < weights; i++)
        {
            var sum = 0f;
            for (var chunk = 0; chunk < chunks; chunk++)
                sum += partial[chunk * weights + i];
            dweights[i] = sum;
        }
    }

    /// <summary>The stride-1 convolution over the spread dy that makes dx.</summary>
    private static ConvolutionShape Transposed(in ConvolutionShape shape) => new()
    {
        N = shape.N, C = shape.C, K = shape.C, R = shape.R, S = shape.S,
        H = (shape.P - 1) * shape.StrideY + 1, W = (shape.Q - 1) * shape.StrideX + 1, P = shape.H, Q = shape.W,
        PaddingTop = (shape.R - 1) * shape.DilationY - shape.PaddingTop,
        PaddingLeft = (shape.S - 1) * shape.DilationX - shape.PaddingLeft,
        DilationY = shape.DilationY, DilationX = shape.DilationX, Groups = shape.Groups,
    };

    private static int ImageChunks(in ConvolutionShape shape) => Math.Clamp((GradientItems + shape.C - 1) / shape.C, 1, shape.N);

    private static int PaddedTaps(in ConvolutionShape shape) => (shape.Taps + TapsPerPass - 1) / TapsPerPass * TapsPerPass;

    // The tables that all workers read: the taps' offsets, and the strips of a plane of x or of its gradient.
    private static long TableBytes(in ConvolutionShape shape) =>
        Rounding.RoundUp(PaddedTaps(shape), Lanes.Count) * (long)sizeof(int) + (StripColumns.Bytes(Math.Max(shape.Q, shape.W)) + 63) / 64 * 64;

    private static StripColumns* Strips(in ConvolutionShape shape, byte* workspace) =>
        (StripColumns*)(workspace + Rounding.RoundUp(PaddedTaps(shape), Lanes.Count) * (long)sizeof(int));

    private static int GradientAccumulators(in ConvolutionShape shape) => (shape.GroupOutputs + 1) * PaddedTaps(shape) * Lanes.Count;

    /// <summary>One input plane with its border in scratch memory.</summary>
    private readonly struct Layout
    {
        public readonly int Rows;

        /// <summary>Floats of a row: stride-many parts, each of the columns with one remainder.</summary>
        public readonly int Columns;

        /// <summary>From an output row's window to the next one's.</summary>
        public readonly int RowStep;

        public Layout(in ConvolutionShape shape)
        {
            var part = Rounding.RoundUp(shape.Q, Lanes.Count) + (shape.S - 1) * shape.DilationX / shape.StrideX;
            Rows = (shape.P - 1) * shape.StrideY + (shape.R - 1) * shape.DilationY + 1;
            Columns = part * shape.StrideX;
            RowStep = shape.StrideY * Columns;
        }

        /// <summary>The plane and a vector that may be read, but is not used, beyond it.</summary>
        public int Floats => Rounding.RoundUp(Rows * Columns + Lanes.Count, Lanes.Count);

        /// <summary>Where each tap's value for output column 0 lies, the last one repeated to a multiple of a pass.</summary>
        public void WriteOffsets(in ConvolutionShape shape, int* offsets)
        {
            for (var i = 0; i < PaddedTaps(shape); i++)
            {
                var tap = Math.Min(i, shape.Taps - 1);
                var column = tap % shape.S * shape.DilationX;
                offsets[i] = tap / shape.S * shape.DilationY * Columns
                    + column % shape.StrideX * (Columns / shape.StrideX)
                    + column / shape.StrideX;
            }
        }

        public void CopyInput(in ConvolutionShape shape, float* plane, float* scratch)
        {
            if (shape.StrideX == 1)
                PaddedPlane.Copy(plane, shape.H, shape.W, -shape.PaddingTop, -shape.PaddingLeft, scratch, Rows, Columns);
            else
                PaddedPlane.CopySplit(
                    plane, shape.H, shape.W, -shape.PaddingTop, -shape.PaddingLeft, shape.StrideX, scratch, Rows, Columns);
        }
    }

    /// <summary>
    /// y[m] = the taps' sum, to accumulate after y[m], and then the epilogue, for <paramref name="planes"/> planes m of [P, Q] that
    /// see the same padded input.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Convolve(
        in ConvolutionShape shape, in Layout layout, float* padded, int* offsets, float* weights, in Planes planes)
    {
        // Two vectors of outputs at a time: neighbours in a wide row, the same columns of two rows in a narrow image.
        var narrow = shape.Q <= Lanes.Count;
        for (var p = 0; p < shape.P; p += narrow ? 2 : 1)
        {
            for (var q = 0; q < shape.Q; q += 2 * Lanes.Count)
            {
                var a = padded + p * layout.RowStep + q;
                var ya = p * shape.Q + q;
                var insideA = Lanes.First(shape.Q - q);
                var hasB = narrow ? p + 1 < shape.P : shape.Q - q > Lanes.Count;
                var b = !hasB ? a : narrow ? a + layout.RowStep : a + Lanes.Count;
                var yb = narrow ? ya + shape.Q : ya + Lanes.Count;
                var insideB = !hasB ? Vector512<float>.Zero : narrow ? insideA : Lanes.First(shape.Q - q - Lanes.Count);
                if (shape.Taps == TapsPerPass)
                    Block9(a, b, offsets, weights, planes, ya, insideA, yb, insideB);
                else
                    Block(a, b, offsets, shape.Taps, weights, planes, ya, insideA, yb, insideB);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block9(
        float* a, float* b, int* offsets, float* weights, in Planes planes, nint ya, Vector512<float> insideA, nint yb, Vector512<float> insideB)
    {
        var a0 = Vector512.Load(a + offsets[0]);
        var a1 = Vector512.Load(a + offsets[1]);
        var a2 = Vector512.Load(a + offsets[2]);
        var a3 = Vector512.Load(a + offsets[3]);
        var a4 = Vector512.Load(a + offsets[4]);
        var a5 = Vector512.Load(a + offsets[5]);
        var a6 = Vector512.Load(a + offsets[6]);
        var a7 = Vector512.Load(a + offsets[7]);
        var a8 = Vector512.Load(a + offsets[8]);
        var b0 = Vector512.Load(b + offsets[0]);
        var b1 = Vector512.Load(b + offsets[1]);
        var b2 = Vector512.Load(b + offsets[2]);
        var b3 = Vector512.Load(b + offsets[3]);
        var b4 = Vector512.Load(b + offsets[4]);
        var b5 = Vector512.Load(b + offsets[5]);
        var b6 = Vector512.Load(b + offsets[6]);
        var b7 = Vector512.Load(b + offsets[7]);
        var b8 = Vector512.Load(b + offsets[8]);
        for (var m = 0; m < planes.Count; m++)
        {
            var sumA = planes.Start(ya, insideA);
            var sumB = planes.Start(yb, insideB);
            Add(a0, b0, weights[0], ref sumA, ref sumB);
            Add(a1, b1, weights[1], ref sumA, ref sumB);
            Add(a2, b2, weights[2], ref sumA, ref sumB);
            Add(a3, b3, weights[3], ref sumA, ref sumB);
            Add(a4, b4, weights[4], ref sumA, ref sumB);
            Add(a5, b5, weights[5], ref sumA, ref sumB);
            Add(a6, b6, weights[6], ref sumA, ref sumB);
            Add(a7, b7, weights[7], ref sumA, ref sumB);
            Add(a8, b8, weights[8], ref sumA, ref sumB);
            planes.Store(sumA, m, ya, insideA);
            planes.Store(sumB, m, yb, insideB);
            weights += TapsPerPass;
            ya += planes.Size;
            yb += planes.Size;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(
        float* a, float* b, int* offsets, int taps, float* weights, in Planes planes, nint ya, Vector512<float> insideA, nint yb,
        Vector512<float> insideB)
    {
        for (var m = 0; m < planes.Count; m++)
        {
            var sumA = planes.Start(ya, insideA);
            var sumB = planes.Start(yb, insideB);
            for (var tap = 0; tap < taps; tap++)
                Add(Vector512.Load(a + offsets[tap]), Vector512.Load(b + offsets[tap]), weights[tap], ref sumA, ref sumB);
            planes.Store(sumA, m, ya, insideA);
            planes.Store(sumB, m, yb, insideB);
            weights += taps;
            ya += planes.Size;
            yb += planes.Size;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<float> a, Vector512<float> b, float weight, ref Vector512<float> sumA, ref Vector512<float> sumB)
    {
        var w = Vector512.Create(weight);
        sumA = Vector512.FusedMultiplyAdd(a, w, sumA);
        sumB = Vector512.FusedMultiplyAdd(b, w, sumB);
    }

    /// <summary>Output planes that see the same input plane, and what is done with their sums.</summary>
    private struct Planes
    {
        public int Count;

        /// <summary>Elements of a plane.</summary>
        public nint Size;

        public float* Y;

        /// <summary>Whether the sums are added to what y holds.</summary>
        public bool Accumulate;

        /// <summary>Its channels begin at the first plane, and its residual there, too.</summary>
        public ConvolutionEpilogue Epilogue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector512<float> Start(nint at, Vector512<float> inside) =>
            Accumulate ? Lanes.Load(Y + at, inside) : Vector512<float>.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(Vector512<float> sums, int plane, nint at, Vector512<float> inside) =>
            Lanes.Store(Y + at, inside, Epilogue.OfChannel(sums, plane, at, inside));
    }

    /// <summary>
    /// Adds the products of two gradient planes with the padded input, shifted by 9 taps, to 2 x 9 vectors at
    /// <paramref name="sums0"/> and <paramref name="sums1"/>; their lanes are summed when all images are through.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Correlate9(
        in ConvolutionShape shape, int rowStep, float* padded, int* offsets, float* dy0, float* dy1, float* sums0, float* sums1)
    {
        var s00 = Vector512.Load(sums0);
        var s01 = Vector512.Load(sums0 + 16);
        var s02 = Vector512.Load(sums0 + 32);
        var s03 = Vector512.Load(sums0 + 48);
        var s04 = Vector512.Load(sums0 + 64);
        var s05 = Vector512.Load(sums0 + 80);
        var s06 = Vector512.Load(sums0 + 96);
        var s07 = Vector512.Load(sums0 + 112);
        var s08 = Vector512.Load(sums0 + 128);
        var s10 = Vector512.Load(sums1);
        var s11 = Vector512.Load(sums1 + 16);
        var s12 = Vector512.Load(sums1 + 32);
        var s13 = Vector512.Load(sums1 + 48);
        var s14 = Vector512.Load(sums1 + 64);
        var s15 = Vector512.Load(sums1 + 80);
        var s16 = Vector512.Load(sums1 + 96);
        var s17 = Vector512.Load(sums1 + 112);
        var s18 = Vector512.Load(sums1 + 128);
        for (var p = 0; p < shape.P; p++)
        {
            for (var q = 0; q < shape.Q; q += Lanes.Count)
            {
                // x is masked too: an infinity right of the row's end must not meet the zero of dy.
                var inside = Lanes.First(shape.Q - q);
                var x = padded + p * rowStep + q;
                var d0 = Lanes.Load(dy0 + p * shape.Q + q, inside);
                var d1 = Lanes.Load(dy1 + p * shape.Q + q, inside);
                Correlate(x + offsets[0], inside, d0, d1, ref s00, ref s10);
                Correlate(x + offsets[1], inside, d0, d1, ref s01, ref s11);
                Correlate(x + offsets[2], inside, d0, d1, ref s02, ref s12);
                Correlate(x + offsets[3], inside, d0, d1, ref s03, ref s13);
                Correlate(x + offsets[4], inside, d0, d1, ref s04, ref s14);
                Correlate(x + offsets[5], inside, d0, d1, ref s05, ref s15);
                Correlate(x + offsets[6], inside, d0, d1, ref s06, ref s16);
                Correlate(x + offsets[7], inside, d0, d1, ref s07, ref s17);
                Correlate(x + offsets[8], inside, d0, d1, ref s08, ref s18);
            }
        }

        s00.Store(sums0);
        s01.Store(sums0 + 16);
        s02.Store(sums0 + 32);
        s03.Store(sums0 + 48);
        s04.Store(sums0 + 64);
        s05.Store(sums0 + 80);
        s06.Store(sums0 + 96);
        s07.Store(sums0 + 112);
        s08.Store(sums0 + 128);
        s10.Store(sums1);
        s11.Store(sums1 + 16);
        s12.Store(sums1 + 32);
        s13.Store(sums1 + 48);
        s14.Store(sums1 + 64);
        s15.Store(sums1 + 80);
        s16.Store(sums1 + 96);
        s17.Store(sums1 + 112);
        s18.Store(sums1 + 128);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Correlate(
        float* x, Vector512<float> inside, Vector512<float> d0, Vector512<float> d1, ref Vector512<float> s0, ref Vector512<float> s1)
    {
        var value = Lanes.Load(x, inside);
        s0 = Vector512.FusedMultiplyAdd(value, d0, s0);
        s1 = Vector512.FusedMultiplyAdd(value, d1, s1);
    }

    private struct ForwardBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Layout Layout;
        public float* X;
        public float* Weights;
        public ConvolutionEpilogue Epilogue;
        public float* Y;
        public int* Offsets;
        public StripColumns* Strips;
        public float* Scratch;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var (n, c) = (plane / Shape.C, plane % Shape.C);
            var k = c * Shape.GroupOutputs;
            var x = X + (nint)plane * Shape.InputPlane;
            var weights = Weights + (nint)k * Shape.Taps;
            var y = ((nint)n * Shape.K + k) * Shape.OutputPlane;
            if (DepthwisePlane.Takes(Shape))
            {
                DepthwisePlane.Run(
                    Shape, Strips, x, weights, Y + y, Epilogue.Scale == null ? 1 : Epilogue.Scale[k], Epilogue.Bias == null ? 0 : Epilogue.Bias[k],
                    Epilogue.Residual == null ? null : Epilogue.Residual + y, Epilogue.Activation);
                return;
            }

            var padded = Scratch + (nint)worker * Layout.Floats;
            Layout.CopyInput(Shape, x, padded);
            Convolve(Shape, Layout, padded, Offsets, weights, new Planes
            {
                Count = Shape.GroupOutputs, Size = Shape.OutputPlane, Y = Y + y, Epilogue = Epilogue.From(k, y),
            });
        }
    }

    private struct DataBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public ConvolutionShape Transposed;
        public Layout Layout;
        public float* Dy;
        public float* Weights;
        public float* Dx;
        public int* Offsets;
        public StripColumns* Strips;
        public float* Scratch;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var (n, c) = (plane / Shape.C, plane % Shape.C);
            var dx = Dx + (nint)plane * Shape.InputPlane;
            if (DepthwisePlane.Takes(Shape) && Shape.StrideX == 1)
            {
                var turned = stackalloc float[Shape.Taps];
                for (var tap = 0; tap < Shape.Taps; tap++)
                    turned[tap] = Weights[(nint)(c + 1) * Shape.Taps - 1 - tap];
                DepthwisePlane.Run(Transposed, Strips, Dy + (nint)plane * Shape.OutputPlane, turned, dx, 1, 0, null, Activation.None);
                return;
            }

            if (DepthwisePlane.Takes(Shape))
            {
                DepthwisePlaneGradients.DataOfStrideTwo(Shape, Dy + (nint)plane * Shape.OutputPlane, Weights + (nint)c * Shape.Taps, dx);
                return;
            }

            var padded = Scratch + (nint)worker * Layout.Floats;
            for (var m = 0; m < Shape.GroupOutputs; m++)
            {
                var k = c * Shape.GroupOutputs + m;
                var dy = Dy + ((nint)n * Shape.K + k) * Shape.OutputPlane;
                if (Shape is { StrideY: 1, StrideX: 1 })
                    Layout.CopyInput(Transposed, dy, padded);
                else
                    PaddedPlane.CopySpread(
                        dy, Shape.P, Shape.Q, -Transposed.PaddingTop, -Transposed.PaddingLeft, Shape.StrideY, Shape.StrideX, padded,
                        Layout.Rows, Layout.Columns);
                Convolve(Transposed, Layout, padded, Offsets, Weights + (nint)k * Shape.Taps, new Planes
                {
                    Count = 1, Y = dx, Accumulate = m > 0,
                });
            }
        }
    }

    private struct WeightsBody : IParallelBody
    {
        public ConvolutionShape Shape;
        public Layout Layout;
        public int Chunks;
        public float* X;
        public float* Dy;
        public int* Offsets;
        public StripColumns* Strips;
        public float* Partial;
        public float* Scratch;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var padded = Scratch + (nint)worker * (Layout.Floats + GradientAccumulators(Shape));
            var sums = padded + Layout.Floats;
            new Span<float>(sums, GradientAccumulators(Shape)).Clear();
            var (c, chunk) = (index / Chunks, index % Chunks);
            var firstOutput = c * Shape.GroupOutputs;
            var taps = PaddedTaps(Shape);
            var end = (int)((long)(chunk + 1) * Shape.N / Chunks);
            for (var n = (int)((long)chunk * Shape.N / Chunks); n < end; n++)
            {
                var x = X + ((nint)n * Shape.C + c) * Shape.InputPlane;
                if (DepthwisePlane.Takes(Shape))
                {
                    // Behind the last image comes the first one of the next channel.
                    var next = n + 1 < end ? Shape.C : 1 - (end - 1) * Shape.C;
                    DepthwisePlaneGradients.AddToWeights(Shape, Strips, x, Dy + ((nint)n * Shape.K + c) * Shape.OutputPlane, sums, next);
                    continue;
                }

                Layout.CopyInput(Shape, x, padded);
                for (var m = 0; m < Shape.GroupOutputs; m += 2)
                {
                    // An odd last plane is its own partner; the partner's sums are not read.
                    var dy0 = Dy + ((nint)n * Shape.K + firstOutput + m) * Shape.OutputPlane;
                    var dy1 = m + 1 < Shape.GroupOutputs ? dy0 + Shape.OutputPlane : dy0;
                    for (var tap = 0; tap < taps; tap += TapsPerPass)
                        Correlate9(
                            Shape, Layout.RowStep, padded, Offsets + tap, dy0, dy1,
                            sums + (m * taps + tap) * Lanes.Count, sums + ((m + 1) * taps + tap) * Lanes.Count);
                }
            }

            var partial = Partial + ((nint)chunk * Shape.K + firstOutput) * Shape.Taps;
            for (var m = 0; m < Shape.GroupOutputs; m++)
                for (var tap = 0; tap < Shape.Taps; tap++)
                    *partial++ = Vector512.Sum(Vector512.Load(sums + (m * taps + tap) * Lanes.Count));
        }
    }
}
