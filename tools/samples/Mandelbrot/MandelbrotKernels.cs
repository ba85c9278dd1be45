using ComputeCore.Kernels;
using ILGPU;

namespace Mandelbrot;

/// <summary>A point of the complex plane.</summary>
public readonly struct Complex(float real, float imaginary)
{
    private readonly float real = real;
    private readonly float imaginary = imaginary;

    public float SquaredMagnitude => real * real + imaginary * imaginary;

    public static Complex operator +(Complex a, Complex b) => new(a.real + b.real, a.imaginary + b.imaginary);

    public static Complex operator *(Complex a, Complex b) =>
        new(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real);
}

/// <summary>Where the picture lies in the complex plane.</summary>
/// <param name="left">The real part of the left edge.</param>
/// <param name="top">The imaginary part of the upper edge.</param>
/// <param name="pixelSize">The distance between neighbouring pixels.</param>
public readonly struct Frame(float left, float top, float pixelSize)
{
    private readonly float left = left;
    private readonly float top = top;
    private readonly float pixelSize = pixelSize;

    /// <summary>The point that a pixel shows.</summary>
    public Complex At(int x, int y) => new(left + x * pixelSize, top + y * pixelSize);
}

/// <summary>The same C# runs on CUDA and OpenCL, through ILGPU, and on Vulkan, through SPIR-V made when this project was built.</summary>
public static partial class MandelbrotKernels
{
    /// <summary>Steps that each pixel's point takes until z = z^2 + c leaves the circle of radius 2, at most <paramref name="limit"/>.</summary>
    [Kernel]
    public static void Render(ArrayView<int> steps, Frame frame, int width, int height, int limit)
    {
        var x = Grid.IdxX * Group.DimX + Group.IdxX;
        var y = Grid.IdxY * Group.DimY + Group.IdxY;
        if (x >= width || y >= height)
            return;

        var c = frame.At(x, y);
        var z = c;
        var step = 0;
        while (step < limit && z.SquaredMagnitude <= 4f)
        {
            z = z * z + c;
            step++;
        }

        steps[y * width + x] = step;
    }
}
