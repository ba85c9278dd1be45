// Softmax along one axis of [outer, axis, inner]:
//   forward   y = exp(x - max) / Σ exp(x - max)
//   backward  dx = y (dy - Σ dy y)
//
// A row is read from memory once: later passes find it in cache, up to rows of some 100,000. Short rows take three (max, exponentials and
// their sum, scaling), long ones two (max and sum, results). Traffic 8 bytes an element forward, 12 backward; about 20 FLOPs an element, nearly all in the exponential.
// A row that is all -inf, or holds a NaN or +inf, becomes all NaN, as in PyTorch.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>Softmax and its gradient along one axis.</summary>
internal static unsafe class Softmax
{
    /// <summary>output = softmax(input), both [outer, axis, inner]; output may be input.</summary>
    public static void Forward(WorkerPool pool, float* input, float* output, int outer, int axis, int inner) =>
        AxisLoop.Run(pool, new ForwardKernel { Input = input, Output = output }, outer, axis, inner);

    /// <summary>The gradient of the input, given that of the output and the output; it may overwrite either.</summary>
    public static void Backward(WorkerPool pool, float* outputGradient, float* output, float* inputGradient, int outer, int axis, int inner) =>
        AxisLoop.Run(pool, new BackwardKernel { OutputGradient = outputGradient, Output = output, InputGradient = inputGradient }, outer, axis, inner);

    private struct ForwardKernel : IAxisKernel
    {
        private const int LongestOfPair = 4096;
        private const int FetchedAhead = 2048;

        public float* Input;
        public float* Output;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Rows(long offset, int axis, int count)
        {
            var x = Input + offset;
            var y = Output + offset;
            for (; count > 0 && axis > LongestOfPair; count--, x += axis, y += axis)
                LongRow(x, y, axis);
            for (; count >= 2; count -= 2, x += 2 * axis, y += 2 * axis)
                Pair(x, y, axis);
            if (count > 0)
                Scale(y, 1 / RowReductions.StoreExpAndSum(x, RowReductions.MaxNative(x, axis), y, axis, axis), axis);
        }

        // In an order in which the end of each pass, that waits for the lanes to become one number, has the other row's pass to do
        // meanwhile: 1.15 times as fast at 768 elements. Longer rows would not share the caches. What the next pair reads is fetched during the
        // exponentials, where it writes to while this one is scaled; both during the exponentials was 1.05 times slower beyond the caches.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Pair(float* x, float* y, int axis)
        {
            var (max0, max1) = (RowReductions.MaxNative(x, axis), RowReductions.MaxNative(x + axis, axis));
            var sum0 = RowReductions.StoreExpAndSum(x, max0, y, axis, 2 * axis);
            var sum1 = RowReductions.StoreExpAndSum(x + axis, max1, y + axis, axis, 2 * axis);
            Scale(y, 1 / sum0, axis);
            Scale(y + axis, 1 / sum1, axis);
        }

        // The exponentials once more: to write a long row of them and to read it again for scaling takes longer (1.2 times at 50,257 elements).
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void LongRow(float* x, float* y, int axis)
        {
            var (shift, sum) = RowReductions.ShiftedSumExp(x, axis);
            var (shifts, scale) = (Vector512.Create(shift), Vector512.Create(1 / sum));
            var i = 0;
            for (; i <= axis - Lanes.Count; i += Lanes.Count)
            {
                Lanes.PrefetchFar(y + i + FetchedAhead, 1);
                (VectorMath.ExpOrZero(Vector512.Load(x + i) - shifts) * scale).Store(y + i);
            }

            if (i < axis)
                Lanes.Store(y + i, axis - i, VectorMath.ExpOrZero(Lanes.Load(x + i, axis - i) - shifts) * scale);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void Scale(float* y, float factor, int axis)
        {
            var scale = Vector512.Create(factor);
            var i = 0;
            for (; i <= axis - Lanes.Count; i += Lanes.Count)
            {
                Lanes.Prefetch(y + i + 2 * axis);
                (Vector512.Load(y + i) * scale).Store(y + i);
            }

            if (i < axis)
                Lanes.Store(y + i, axis - i, Lanes.Load(y + i, axis - i) * scale);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Strip(long offset, int axis, int inner, int count)
        {
            var x = Input + offset;
            var y = Output + offset;
            var max = StripReductions.MaxNative(x, axis, inner, count);
            var scale = Vector512<float>.One / StripReductions.StoreExpAndSum(x, max, y, axis, inner, count);
            for (var a = 0; a < axis; a++, y += inner)
                Lanes.Store(y, count, Lanes.Load(y, count) * scale);
        }
    }

    private struct BackwardKernel : IAxisKernel
    {
        public float* OutputGradient;
        public float* Output;
        public float* InputGradient;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Rows(long offset, int axis, int count)
        {
            for (var row = 0; row < count; row++)
                Row(offset + (long)row * axis, axis);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(long offset, int axis)
        {
            var dy = OutputGradient + offset;
            var y = Output + offset;
            var dx = InputGradient + offset;
            var dot = Vector512.Create(RowReductions.Dot(dy, y, axis));
            var i = 0;
            for (; i <= axis - Lanes.Count; i += Lanes.Count)
                (Vector512.Load(y + i) * (Vector512.Load(dy + i) - dot)).Store(dx + i);
            if (i < axis)
                Lanes.Store(dx + i, axis - i, Lanes.Load(y + i, axis - i) * (Lanes.Load(dy + i, axis - i) - dot));
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Strip(long offset, int axis, int inner, int count)
        {
            var dy = OutputGradient + offset;
            var y = Output + offset;
            var dx = InputGradient + offset;
            var dot = Vector512<float>.Zero;
            for (var a = 0; a < axis; a++)
                dot = Vector512.FusedMultiplyAdd(Lanes.Load(dy + (nint)a * inner, count), Lanes.Load(y + (nint)a * inner, count), dot);
            for (var a = 0; a < axis; a++, dy += inner, y += inner, dx += inner)
                Lanes.Store(dx, count, Lanes.Load(y, count) * (Lanes.Load(dy, count) - dot));
        }
    }
}
