// Log-softmax along one axis of [outer, axis, inner]:
//   forward   y = (x - max) - log Σ exp(x - max)
//   backward  dx = dy - exp(y) Σ dy
//
// Subtracting the maximum before the logarithm, instead of adding both first, keeps the digits of rows far from zero.
// Traffic and special values as in Softmax.cs.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>Log-softmax and its gradient along one axis.</summary>
internal static unsafe class LogSoftmax
{
    /// <summary>output = log(softmax(input)), both [outer, axis, inner]; output may be input.</summary>
    public static void Forward(WorkerPool pool, float* input, float* output, int outer, int axis, int inner) =>
        AxisLoop.Run(pool, new ForwardKernel { Input = input, Output = output }, outer, axis, inner);

    /// <summary>The gradient of the input, given that of the output and the output; it may overwrite either.</summary>
    public static void Backward(WorkerPool pool, float* outputGradient, float* output, float* inputGradient, int outer, int axis, int inner) =>
        AxisLoop.Run(pool, new BackwardKernel { OutputGradient = outputGradient, Output = output, InputGradient = inputGradient }, outer, axis, inner);

    private struct ForwardKernel : IAxisKernel
    {
        public float* Input;
        public float* Output;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Rows(long offset, int axis, int count)
        {
            for (var row = 0; row < count; row++)
                Row(offset + (long)row * axis, axis);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(long offset, int axis)
        {
            var x = Input + offset;
            var y = Output + offset;
            var (shift, sum) = RowReductions.ShiftedSumExp(x, axis);
            var shifts = Vector512.Create(shift);
            var logSum = VectorMath.Log(Vector512.Create(sum));
            var i = 0;
            for (; i <= axis - Lanes.Count; i += Lanes.Count)
                (Vector512.Load(x + i) - shifts - logSum).Store(y + i);
            if (i < axis)
                Lanes.Store(y + i, axis - i, Lanes.Load(x + i, axis - i) - shifts - logSum);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Strip(long offset, int axis, int inner, int count)
        {
            var x = Input + offset;
            var y = Output + offset;
            var max = StripReductions.MaxNative(x, axis, inner, count);
            var logSum = VectorMath.Log(StripReductions.SumExp(x, max, axis, inner, count));
            for (var a = 0; a < axis; a++, x += inner, y += inner)
                Lanes.Store(y, count, Lanes.Load(x, count) - max - logSum);
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
            var sum = Vector512.Create(RowReductions.Sum(dy, axis));
            var i = 0;
            for (; i <= axis - Lanes.Count; i += Lanes.Count)
                (Vector512.Load(dy + i) - VectorMath.ExpOrZero(Vector512.Load(y + i)) * sum).Store(dx + i);
            if (i < axis)
                Lanes.Store(dx + i, axis - i, Lanes.Load(dy + i, axis - i) - VectorMath.ExpOrZero(Lanes.Load(y + i, axis - i)) * sum);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Strip(long offset, int axis, int inner, int count)
        {
            var dy = OutputGradient + offset;
            var y = Output + offset;
            var dx = InputGradient + offset;
            var sum = Vector512<float>.Zero;
            for (var a = 0; a < axis; a++)
                sum += Lanes.Load(dy + (nint)a * inner, count);
            for (var a = 0; a < axis; a++, dy += inner, y += inner, dx += inner)
                Lanes.Store(dx, count, Lanes.Load(dy, count) - VectorMath.ExpOrZero(Lanes.Load(y, count)) * sum);
        }
    }
}
