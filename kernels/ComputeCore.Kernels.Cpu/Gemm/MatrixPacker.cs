using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// Packs an operand that lies in memory as a matrix, x(k, i) = data[k · kStride + i · stride], where one of the strides is 1.
/// Where i is adjacent, panels are copies of row pieces; where k is, blocks of 4 k x 8 or 4 i are transposed in registers.
/// </summary>
/// <param name="data">x(0, 0).</param>
/// <param name="kStride">Elements between x(k, i) and x(k + 1, i).</param>
/// <param name="stride">Elements between x(k, i) and x(k, i + 1).</param>
internal readonly unsafe struct MatrixPacker(float* data, nint kStride, nint stride) : IPanelPacker
{
    // A transposed piece of a panel is filled a few columns at a time: it has to stay in L1 meanwhile.
    private const int TransposedFloats = 8 << 10;

    private readonly float* data = data;

    /// <inheritdoc/>
    public void Pack(int kBegin, int kCount, int begin, int count, int width, float* panels)
    {
        var source = data + kBegin * kStride + begin * stride;
        var whole = count / width;
        var rest = count % width;
        var last = panels + (nint)whole * width * kCount;
        if (rest > 0)
            new Span<float>(last, width * kCount).Clear();
        if (stride == 1)
        {
            CopyPanels(source, kStride, kCount, whole, width, panels);
            CopyPart(source + whole * width, kStride, kCount, rest, width, last);
            return;
        }

        for (var i = 0; i < count; i += width)
            TransposePanel(source + i * stride, stride, kCount, Math.Min(width, count - i), width, panels + (nint)i * kCount);
    }

    /// <inheritdoc/>
    public bool Locate(int k, int i, out float* first, out nint kStep, out nint step)
    {
        first = data + k * kStride + i * stride;
        (kStep, step) = (kStride, stride);
        return true;
    }

    // Row by row through all panels, because the source's rows may each lie on another page.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanels(float* source, nint kStride, int kCount, int panelCount, int width, float* panels)
    {
        var panelSize = (nint)width * kCount;
        var wide = width % Vector512<float>.Count == 0;
        for (var k = 0; k < kCount; k++)
        {
            var from = source + k * kStride;
            var to = panels + (nint)k * width;
            for (var panel = 0; panel < panelCount; panel++, to += panelSize)
            {
                nint i = 0;
                if (wide)
                {
                    for (; i < width; i += Vector512<float>.Count)
                        Vector512.Load(from + i).Store(to + i);
                }
                else
                {
                    for (; i <= width - Vector128<float>.Count; i += Vector128<float>.Count)
                        Vector128.Load(from + i).Store(to + i);
                    for (; i < width; i++)
                        to[i] = from[i];
                }

                from += width;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPart(float* source, nint kStride, int kCount, int count, int width, float* panel)
    {
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
    private static void TransposePanel(float* source, nint stride, int kCount, int count, int width, float* panel)
    {
        var block = TransposedFloats / width;
        for (var kBlock = 0; kBlock < kCount; kBlock += block)
        {
            var kEnd = Math.Min(kCount, kBlock + block);
            var i = 0;
            for (; Avx.IsSupported && i <= count - 8; i += 8)
            {
                var row = source + i * stride;
                var to = panel + i + (nint)kBlock * width;
                var k = kBlock;
                for (; k <= kEnd - 4; k += 4, to += 4 * width)
                    Transpose8x4(row + k, stride, to, width);
                for (; k < kEnd; k++, to += width)
                {
                    for (var r = 0; r < 8; r++)
                        to[r] = row[r * stride + k];
                }
            }

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

    // Rows 0 to 3 in the lower halves, 4 to 7 in the upper: both are transposed at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8x4(float* source, nint stride, float* destination, nint width)
    {
        var upper = source + 4 * stride;
        var r0 = Vector256.Create(Vector128.Load(source), Vector128.Load(upper));
        var r1 = Vector256.Create(Vector128.Load(source + stride), Vector128.Load(upper + stride));
        var r2 = Vector256.Create(Vector128.Load(source + 2 * stride), Vector128.Load(upper + 2 * stride));
        var r3 = Vector256.Create(Vector128.Load(source + 3 * stride), Vector128.Load(upper + 3 * stride));
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        Avx.UnpackLow(low01, low23).AsSingle().Store(destination);
        Avx.UnpackHigh(low01, low23).AsSingle().Store(destination + width);
        Avx.UnpackLow(high01, high23).AsSingle().Store(destination + 2 * width);
        Avx.UnpackHigh(high01, high23).AsSingle().Store(destination + 3 * width);
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
