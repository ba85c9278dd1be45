using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Pooling;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Benchmarks;

/// <summary>
/// The CPU's convolutions next to the processor's limit for multiply-adds, and its 2 x 2 max pooling next to filling an array.
/// A round's figure is its fastest call, since other processes interrupt the slower ones; printed are medians over the rounds.
/// </summary>
internal static unsafe class ConvolutionBenchmark
{
    private static readonly Case[] Cases =
    [
        new("1->32 3x3 28 x64", Shape(64, 1, 28, 32, 3, 1, 1)),
        new("32->64 3x3 14 x64", Shape(64, 32, 14, 64, 3, 1, 1)),
        new("64->64 3x3 56 x4", Shape(4, 64, 56, 64, 3, 1, 1)),
        new("128->128 3x3/2 28 x8", Shape(8, 128, 28, 128, 3, 2, 1)),
        new("256->256 3x3 14 x8", Shape(8, 256, 14, 256, 3, 1, 1)),
        new("512->512 3x3 7 x8", Shape(8, 512, 7, 512, 3, 1, 1)),
        new("512->512 3x3 7 x1", Shape(1, 512, 7, 512, 3, 1, 1)),
        new("256->64 1x1 28 x8", Shape(8, 256, 28, 64, 1, 1, 0)),
        new("64->256 1x1 28 x8", Shape(8, 64, 28, 256, 1, 1, 0)),
        new("3->64 7x7/2 112 x4", Shape(4, 3, 112, 64, 7, 2, 3)),
        new("128 depthwise 28 x8", Shape(8, 128, 28, 128, 3, 1, 1, groups: 128)),
        new("128 depthwise/2 56 x4", Shape(4, 128, 56, 128, 3, 2, 1, groups: 128)),
    ];

    public static int Run(string[] options)
    {
        if (options is not [] and not ["--only", _])
        {
            Console.Error.WriteLine("Usage: conv [--only TEXT]");
            return 2;
        }

        var only = options is [_, var text] ? text : "";
        foreach (var threads in Environment.ProcessorCount == 1 ? (int[])[1] : [1, Environment.ProcessorCount])
        {
            using var pool = new WorkerPool(threads);
            Console.WriteLine($"{threads + " threads",-22}{"forward",9}{"data",9}{"weights",9}{"peak",9}   GFLOP/s{"fill y",10} ms{"forward",9} ms");
            foreach (var shape in Cases.Where(shape => shape.Name.Contains(only, StringComparison.Ordinal)))
                Measure(pool, shape);
            if (!"max pooling".Contains(only, StringComparison.Ordinal))
                continue;
            Console.WriteLine($"{"",-22}{"forward",9}{"backward",9}{"fill x",9}   GB/s");
            MeasurePooling(pool, 64 * 32, 28);
            MeasurePooling(pool, 64 * 64, 14);
        }

        return 0;
    }

    private static void Measure(WorkerPool pool, Case benchmark)
    {
        var shape = benchmark.Shape;
        var outputs = (long)shape.N * shape.K * shape.OutputPlane;
        using var x = new Floats((long)shape.N * shape.C * shape.InputPlane);
        using var dx = new Floats((long)shape.N * shape.C * shape.InputPlane);
        using var y = new Floats(outputs);
        using var weights = new Floats((long)shape.K * shape.GroupInputs * shape.Taps);
        using var dweights = new Floats((long)shape.K * shape.GroupInputs * shape.Taps);
        using var workspace = new Floats(Math.Max(Convolution2D.WorkspaceBytes(pool, shape), Convolution2D.WeightsWorkspaceBytes(pool, shape)) / sizeof(float));
        var times = Timing.Medians(
            () => Convolution2D.Forward(pool, shape, x.Data, weights.Data, null, true, y.Data, (byte*)workspace.Data),
            () => Convolution2D.BackwardData(pool, shape, y.Data, weights.Data, dx.Data, (byte*)workspace.Data),
            () => Convolution2D.BackwardWeights(pool, shape, x.Data, y.Data, dweights.Data, (byte*)workspace.Data),
            () => y.Fill(pool));
        var gigaflop = 2e-9 * outputs * shape.GroupInputs * shape.Taps;
        Console.WriteLine(
            $"{benchmark.Name,-22}{gigaflop / times[0],9:F1}{gigaflop / times[1],9:F1}{gigaflop / times[2],9:F1}{FmaPeak.Measure(pool),9:F1}"
            + $"{1e3 * times[3],20:F3}{1e3 * times[0],12:F3}");
    }

    private static void MeasurePooling(WorkerPool pool, int planes, int size)
    {
        var shape = new PoolingShape
        {
            Planes = planes, Height = size, Width = size, KernelHeight = 2, KernelWidth = 2, StrideY = 2, StrideX = 2,
            OutputHeight = size / 2, OutputWidth = size / 2,
        };
        var inputs = (long)planes * size * size;
        using var x = new Floats(inputs);
        using var y = new Floats(inputs / 4);
        using var indices = new Floats(inputs / 4);
        var times = Timing.Medians(
            () => MaxPooling.Forward(pool, shape, x.Data, y.Data, (int*)indices.Data),
            () => MaxPooling.Backward(pool, shape, y.Data, (int*)indices.Data, x.Data),
            () => x.Fill(pool));
        Console.WriteLine(
            $"{$"max pooling 2x2 {size}",-22}{6e-9 * inputs / times[0],9:F1}{6e-9 * inputs / times[1],9:F1}{4e-9 * inputs / times[2],9:F1}");
    }

    private static ConvolutionShape Shape(int n, int c, int size, int k, int taps, int stride, int padding, int groups = 1) => new()
    {
        N = n, C = c, H = size, W = size, K = k, R = taps, S = taps, StrideY = stride, StrideX = stride, PaddingTop = padding,
        PaddingLeft = padding, Groups = groups, P = (size + 2 * padding - taps) / stride + 1, Q = (size + 2 * padding - taps) / stride + 1,
    };

    private sealed record Case(string Name, ConvolutionShape Shape);
}
