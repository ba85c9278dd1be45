// mandelbrot [DEVICE] [FILE]: draws the Mandelbrot set on a device (opencl:0, vulkan:0, cuda:0) into a PNG file.
using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Ilgpu;
using ComputeCore.Kernels;
using ComputeCore.Vulkan;
using Mandelbrot;
using SkiaSharp;

const int Width = 960;
const int Height = 640;
const int Limit = 200;

IlgpuDevices.Register();
VulkanDevices.Register();
var name = args.ElementAtOrDefault(0) ?? "opencl:0";
var file = args.ElementAtOrDefault(1) ?? "mandelbrot.png";

using var device = (AcceleratorDevice)Device.Open(name);
using var steps = device.AllocateBuffer<int>(Width * Height);
var group = new Extent(16, 8);
var grid = new Extent(Extent.Cover(Width, group.X), Extent.Cover(Height, group.Y));
device.Launch(MandelbrotKernels.Dispatch.Render(
    grid, group, steps.View, new Frame(-2.25f, -1f, 3f / Width), Width, Height, Limit));

using var bitmap = new SKBitmap(Width, Height);
bitmap.Pixels = [.. steps.ToArray().Select(Color)];
using var output = File.Create(file);
bitmap.Encode(output, SKEncodedImageFormat.Png, 100);
Console.WriteLine($"{file}: {Width} x {Height} on {device.Name} ({device.Description})");

// Black inside; outside, the slower a point leaves, the brighter.
static SKColor Color(int steps)
{
    if (steps == Limit)
        return SKColors.Black;
    var brightness = MathF.Sqrt(steps / (float)Limit);
    return SKColor.FromHsv(230 - 190 * brightness, 80, 100 * MathF.Min(1, 0.25f + brightness));
}
