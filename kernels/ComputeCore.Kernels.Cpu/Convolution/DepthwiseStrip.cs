using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>The columns of a plane that 16 neighbouring windows of 3 columns see: a strip, read row by row.</summary>
/// <typeparam name="TStride">Columns from window to window, 1 or 2.</typeparam>
/// <param name="x">The plane, [height, width].</param>
/// <param name="height">Its rows.</param>
/// <param name="width">Its columns.</param>
/// <param name="columns">Which of its columns the strip has.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct DepthwiseStrip<TStride>(float* x, int height, int width, StripColumns* columns)
    where TStride : struct, ITileSize
{
    private readonly float* x = x + columns->First;
    private readonly int height = height;
    private readonly int width = width;
    private readonly Vector512<float> inside0 = columns->Inside0;
    private readonly Vector512<float> inside1 = columns->Inside1;
    private readonly Vector512<float> inside2 = columns->Inside2;
    private readonly Vector512<float> inside3 = columns->Inside3;

    /// <summary>The three columns of each window in a row; zero where they lie outside of the plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(int row, out Vector512<float> left, out Vector512<float> middle, out Vector512<float> right)
    {
        if ((uint)row >= (uint)height)
        {
            left = middle = right = Vector512<float>.Zero;
            return;
        }

        var source = x + (nint)row * width;
        if (TStride.Value == 1)
        {
            left = Lanes.Load(source, inside0);
            middle = Lanes.Load(source + 1, inside1);
            right = Lanes.Load(source + 2, inside2);
            return;
        }

        var even = Vector512<int>.Indices * 2;
        var (low, high) = (Lanes.Load(source, inside0), Lanes.Load(source + Lanes.Count, inside1));
        left = Lanes.Permute(low, even, high);
        middle = Lanes.Permute(low, even + Vector512<int>.One, high);
        right = Lanes.Permute(Lanes.Load(source + 2, inside2), even, Lanes.Load(source + 2 + Lanes.Count, inside3));
    }
}

/// <summary>The columns of a strip; the same in every plane, so they are worked out once.</summary>
internal unsafe struct StripColumns
{
    /// <summary>The first window's first column; it may lie outside of the plane.</summary>
    public int First;

    /// <summary>Which lanes of a row's vectors lie inside of it. The vectors begin at <see cref="First"/>,</summary>
    public Vector512<float> Inside0;

    /// <summary>one column behind it, or 16 with a stride of 2,</summary>
    public Vector512<float> Inside1;

    /// <summary>two columns behind it,</summary>
    public Vector512<float> Inside2;

    /// <summary>and 18 with a stride of 2.</summary>
    public Vector512<float> Inside3;

    /// <summary>Bytes of the strips of a plane.</summary>
    public static long Bytes(int windows) => Rounding.DivideUp(windows, Lanes.Count) * (long)sizeof(StripColumns);

    /// <summary>Writes the strips of a convolution's planes. Windows behind the last one see zeros.</summary>
    public static void Write(in ConvolutionShape shape, StripColumns* strips)
    {
        var stride = shape.StrideX;
        for (var q = 0; q < shape.Q; q += Lanes.Count, strips++)
        {
            var first = q * stride - shape.PaddingLeft;
            var last = (shape.Q - 1) * stride - shape.PaddingLeft;
            *strips = new()
            {
                First = first,
                Inside0 = Inside(first, Math.Min(shape.W, last + stride)),
                Inside1 = Inside(first + (stride == 1 ? 1 : Lanes.Count), Math.Min(shape.W, last + 2)),
                Inside2 = Inside(first + 2, Math.Min(shape.W, last + 3)),
                Inside3 = Inside(first + 2 + Lanes.Count, Math.Min(shape.W, last + 3)),
            };
        }
    }

    // Of the columns from `first` on, those in [0, end).
    private static Vector512<float> Inside(int first, int end) => Lanes.First(end - first) & ~Lanes.First(-first);
}
