using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Kernels.Cpu.Tests.Pooling;

/// <summary>Pooling as its definition reads, one window element at a time, sums in double.</summary>
internal static class PoolingReference
{
    public delegate void WindowElement(int plane, int row, int column, int h, int w);

    /// <summary>Visits every element of every window that lies inside the plane, in row-major order.</summary>
    public static void Visit(in PoolingShape s, WindowElement visit)
    {
        for (var plane = 0; plane < s.Planes; plane++)
            for (var row = 0; row < s.OutputHeight; row++)
                for (var column = 0; column < s.OutputWidth; column++)
                    for (var r = 0; r < s.KernelHeight; r++)
                        for (var c = 0; c < s.KernelWidth; c++)
                        {
                            var h = row * s.StrideY - s.PaddingTop + r * s.DilationY;
                            var w = column * s.StrideX - s.PaddingLeft + c * s.DilationX;
                            if (h >= 0 && h < s.Height && w >= 0 && w < s.Width)
                                visit(plane, row, column, h, w);
                        }
    }

    public static (float[] Y, int[] Indices) MaxForward(PoolingShape s, float[] x)
    {
        var y = new float[s.Planes * s.OutputHeight * s.OutputWidth];
        var indices = new int[y.Length];
        Array.Fill(indices, -1);
        Visit(s, (plane, row, column, h, w) =>
        {
            var output = (plane * s.OutputHeight + row) * s.OutputWidth + column;
            var value = x[(plane * s.Height + h) * s.Width + w];
            if (indices[output] >= 0 && !(value > y[output]) && !float.IsNaN(value))
                return;
            y[output] = value;
            indices[output] = h * s.Width + w;
        });
        return (y, indices);
    }

    public static double[] MaxBackward(int planes, int outputs, int inputs, float[] dy, int[] indices)
    {
        var dx = new double[planes * inputs];
        for (var plane = 0; plane < planes; plane++)
            for (var i = 0; i < outputs; i++)
                dx[plane * inputs + indices[plane * outputs + i]] += dy[plane * outputs + i];
        return dx;
    }

    public static double[] AverageForward(PoolingShape s, bool countIncludePad, float[] x)
    {
        var y = new double[s.Planes * s.OutputHeight * s.OutputWidth];
        Visit(s, (plane, row, column, h, w) =>
            y[(plane * s.OutputHeight + row) * s.OutputWidth + column] +=
                x[(plane * s.Height + h) * s.Width + w] / (double)Divisor(s, countIncludePad, row, column));
        return y;
    }

    public static double[] AverageBackward(PoolingShape s, bool countIncludePad, float[] dy)
    {
        var dx = new double[s.Planes * s.Height * s.Width];
        Visit(s, (plane, row, column, h, w) =>
            dx[(plane * s.Height + h) * s.Width + w] +=
                dy[(plane * s.OutputHeight + row) * s.OutputWidth + column] / (double)Divisor(s, countIncludePad, row, column));
        return dx;
    }

    // The window's elements inside the plane, or inside the plane with its padding.
    private static int Divisor(PoolingShape s, bool countIncludePad, int row, int column)
    {
        var borderY = countIncludePad ? s.PaddingTop : 0;
        var borderX = countIncludePad ? s.PaddingLeft : 0;
        var count = 0;
        for (var r = 0; r < s.KernelHeight; r++)
            for (var c = 0; c < s.KernelWidth; c++)
            {
                var h = row * s.StrideY - s.PaddingTop + r;
                var w = column * s.StrideX - s.PaddingLeft + c;
                if (h >= -borderY && h < s.Height + borderY && w >= -borderX && w < s.Width + borderX)
                    count++;
            }

        return count;
    }
}
