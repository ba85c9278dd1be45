using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// Packs an operand that lies in memory as a matrix, x(k, i) = data[k · kStride + i · stride], where one of the strides is 1.
/// Where i is adjacent, panels are copies of row pieces; where k is, blocks of 4 k x 4 i are transposed in registers.
/// </summary>
/// <param name="data">x(0, 0).</param>
/// <param name="kStride">Elements between x(k, i) and x(k + 1, i).</param>
/// <param name="stride">Elements between x(k, i) and x(k, i + 1).</param>
internal readonly unsafe struct MatrixPacker(float* data, nint kStride, nint stride) : IPanelPacker
{
    // How many k of all rows of a panel are transposed before going on: the piece of the panel they fill stays in L1.
    private const int TransposedK = 64;

    private readonly float* data = data;

    /// <inheritdoc/>
    public void Pack(int kBegin, int kCount, int begin, int count, int width, float* panels)
    {
        for (var i = 0; i < count; i += width)
        {
            var source = data + kBegin * kStride + (begin + i) * stride;
            var panelCount = Math.Min(width, count - i);
            if (panelCount < width)
                new Span<float>(panels, width * kCount).Clear();
            if (stride == 1)
                CopyRows(source, kStride, kCount, panelCount, width, panels);
            else
                TransposeRows(source, stride, kCount, panelCount, width, panels);
            panels += (nint)width * kCount;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(float* source, nint kStride, int kCount, int count, int width, float* panel)
    {
        if (count == width && width == 2 * Vector512<float>.Count)
        {
            for (var k = 0; k < kCount; k++, source += kStride, panel += 2 * Vector512<float>.Count)
            {
                var x0 = Vector512.Load(source);
                var x1 = Vector512.Load(source + Vector512<float>.Count);
                x0.Store(panel);
                x1.Store(panel + Vector512<float>.Count);
            }

            return;
        }

        for (var k = 0; k < kCount; k++, source += kStride, panel += width)
        {
            var i = 0;
            for (; i <= count - Vector128<float>.Count; i += Vector128<float>.Count)
                Vector128.Load(source + i).Store(panel + i);
            for (; i < count; i++)
                panel[i] = source[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeRows(float* source, nint stride, int kCount, int count, int width, float* panel)
    {
        for (var kBlock = 0; kBlock < kCount; kBlock += TransposedK)
        {
            var kEnd = Math.Min(kCount, kBlock + TransposedK);
            var i = 0;
            for (; i <= count - 4; i += 4)
            {
                var row = source + i * stride;
                var to = panel + i;
                var k = kBlock;
                for (; k <= kEnd - 4; k += 4)
                    Transpose4x4(row + k, stride, to + (nint)k * width, width);
                for (; k < kEnd; k++)
                {
                    for (var r = 0; r < 4; r++)
                        to[(nint)k * width + r] = row[r * stride + k];
                }
            }

            for (; i < count; i++)
            {
                for (var k = kBlock; k < kEnd; k++)
                    panel[(nint)k * width + i] = source[i * stride + k];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x4(float* source, nint stride, float* destination, nint width)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + stride);
        var r2 = Vector128.Load(source + 2 * stride);
        var r3 = Vector128.Load(source + 3 * stride);
        if (Sse.IsSupported)
        {
            var low01 = Sse.UnpackLow(r0, r1);
            var high01 = Sse.UnpackHigh(r0, r1);
            var low23 = Sse.UnpackLow(r2, r3);
            var high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store(destination);
            Sse.MoveHighToLow(low23, low01).Store(destination + width);
            Sse.MoveLowToHigh(high01, high23).Store(destination + 2 * width);
            Sse.MoveHighToLow(high23, high01).Store(destination + 3 * width);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            var low01 = AdvSimd.Arm64.ZipLow(r0, r1).AsDouble();
            var high01 = AdvSimd.Arm64.ZipHigh(r0, r1).AsDouble();
            var low23 = AdvSimd.Arm64.ZipLow(r2, r3).AsDouble();
            var high23 = AdvSimd.Arm64.ZipHigh(r2, r3).AsDouble();
            AdvSimd.Arm64.ZipLow(low01, low23).AsSingle().Store(destination);
            AdvSimd.Arm64.ZipHigh(low01, low23).AsSingle().Store(destination + width);
            AdvSimd.Arm64.ZipLow(high01, high23).AsSingle().Store(destination + 2 * width);
            AdvSimd.Arm64.ZipHigh(high01, high23).AsSingle().Store(destination + 3 * width);
        }
        else
        {
            for (var k = 0; k < 4; k++, destination += width)
                Vector128.Create(r0[k], r1[k], r2[k], r3[k]).Store(destination);
        }
    }
}
