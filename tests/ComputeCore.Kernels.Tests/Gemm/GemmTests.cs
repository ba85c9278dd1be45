using ComputeCore.Accelerators;
using ComputeCore.Kernels.Gemm;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Gemm;

/// <summary>Every way to multiply matrices against sums in float64, at sizes that fill tiles and at sizes that don't.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class GemmTests(string deviceName)
{
    internal static readonly string[] Variants = ["naive", "panels", .. GemmVariant.All.Select(variant => variant.Name)];

    private static readonly (int Rows, int Columns, int Depth)[] Sizes = [(64, 128, 32), (1, 1, 1), (5, 3, 7), (65, 67, 17), (130, 36, 40), (33, 200, 100)];

    [Test]
    public void A_product_is_right(
        [ValueSource(nameof(Variants))] string variant,
        [Values] bool transposeLeft,
        [Values] bool transposeRight,
        [Values(0, 1, 2, 3, 4, 5)] int size)
    {
        var (rows, columns, depth) = Sizes[size];
        using var problem = new Problem(TestDevices.Open(deviceName), rows, columns, depth, 1, transposeLeft, transposeRight);
        problem.Launch(variant);
        problem.Check();
    }

    [Test]
    public void A_batch_with_bias_and_relu_is_right([ValueSource(nameof(Variants))] string variant)
    {
        using var problem = new Problem(TestDevices.Open(deviceName), 20, 40, 24, 3, false, true, hasBias: true, relu: true);
        problem.Launch(variant);
        problem.Check();
    }

    [TestCase("64x64", 3)]
    [TestCase("32x32", 4)]
    [TestCase("128x128", 2)]
    public void A_split_depth_is_right(string variant, int splits)
    {
        using var problem = new Problem(TestDevices.Open(deviceName), 30, 20, 200, 2, true, false, hasBias: true, relu: true);
        problem.LaunchSplit(variant, splits);
        problem.Check();
    }

    [TestCase(1, 300, 77, false)]
    [TestCase(1, 300, 77, true)]
    [TestCase(100, 1, 260, false)]
    [TestCase(100, 1, 260, true)]
    public void A_vector_times_a_matrix_is_right(int rows, int columns, int depth, bool transpose)
    {
        using var problem = new Problem(TestDevices.Open(deviceName), rows, columns, depth, 2, transpose && columns == 1, transpose && rows == 1, hasBias: true, relu: true);
        problem.LaunchVector();
        problem.Check();
    }

    [Test]
    public void A_product_repeated_gives_the_same_bits()
    {
        using var problem = new Problem(TestDevices.Open(deviceName), 70, 50, 90, 1, false, false);
        problem.Launch("64x64");
        var first = problem.Result.ToArray();
        problem.Launch("64x64");
        Assert.That(problem.Result.ToArray(), Is.EqualTo(first));
    }

    private sealed class Problem : IDisposable
    {
        private readonly AcceleratorDevice device;
        private readonly DeviceBuffer<float> left;
        private readonly DeviceBuffer<float> right;
        private readonly DeviceBuffer<float> bias;
        private readonly GemmArguments arguments;
        private readonly int batch;

        public Problem(AcceleratorDevice device, int rows, int columns, int depth, int batch, bool transposeLeft, bool transposeRight, bool hasBias = false, bool relu = false)
        {
            this.device = device;
            this.batch = batch;
            arguments = GemmArguments.Of(rows, columns, depth, transposeLeft, transposeRight, rows * depth, columns * depth);
            arguments.HasBias = hasBias ? 1 : 0;
            arguments.Activation = relu ? 1 : 0;
            var random = new Random(rows * 31 + columns);
            left = Draw(batch * rows * depth);
            right = Draw(batch * columns * depth);
            bias = Draw(columns);
            Result = device.AllocateBuffer<float>(batch * rows * columns);
            Result.Write([.. Enumerable.Repeat(float.NaN, Result.Length)]);

            DeviceBuffer<float> Draw(int count)
            {
                var buffer = device.AllocateBuffer<float>(count);
                buffer.Write([.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)]);
                return buffer;
            }
        }

        public DeviceBuffer<float> Result { get; }

        public void Launch(string name)
        {
            if (name == "panels")
                LaunchPanels();
            else if (name == "naive")
                device.Launch(Sgemm.Dispatch.Naive(
                    new Extent(Extent.Cover(arguments.Columns, 8), Extent.Cover(arguments.Rows, 8), batch), new Extent(8, 8), left.View, right.View, bias.View, Result.View, arguments));
            else
                device.Launch(Variant(name).Dispatch(left.View, right.View, bias.View, Result.View, arguments, batch));
        }

        public void LaunchSplit(string name, int splits)
        {
            using var partial = device.AllocateBuffer<float>(splits * Result.Length);
            foreach (var dispatch in GemmSplit.Dispatches(Variant(name), left.View, right.View, bias.View, Result.View, partial.View, arguments, batch, splits))
                device.Launch(dispatch);
        }

        public void LaunchVector() => device.Launch(GemmVector.Dispatch(left.View, right.View, bias.View, Result.View, arguments, batch));

        public void Check()
        {
            var (a, b, v, c) = (left.ToArray(), right.ToArray(), bias.ToArray(), Result.ToArray());
            for (var n = 0; n < batch; n++)
            for (var i = 0; i < arguments.Rows; i++)
            for (var j = 0; j < arguments.Columns; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < arguments.Depth; k++)
                    sum += (double)a[n * arguments.LeftBatch + i * arguments.LeftLine + k * arguments.LeftDepth]
                        * b[n * arguments.RightBatch + j * arguments.RightLine + k * arguments.RightDepth];
                if (arguments.HasBias != 0)
                    sum += v[j];
                if (arguments.Activation != 0)
                    sum = Math.Max(0, sum);
                Assert.That(c[(n * arguments.Rows + i) * arguments.Columns + j], Is.EqualTo(sum).Within(3e-6 * Math.Sqrt(arguments.Depth)), $"[{n}, {i}, {j}]");
            }
        }

        public void Dispose()
        {
            left.Dispose();
            right.Dispose();
            bias.Dispose();
            Result.Dispose();
        }

        private void LaunchPanels()
        {
            using var leftPanels = device.AllocateBuffer<float>((int)PanelGemm.LeftElements(arguments, batch));
            using var rightPanels = device.AllocateBuffer<float>((int)PanelGemm.RightElements(arguments, batch));
            foreach (var dispatch in PanelGemm.Dispatches(left.View, right.View, bias.View, Result.View, leftPanels.View, rightPanels.View, arguments, batch))
                device.Launch(dispatch);
        }

        private static GemmVariant Variant(string name) => GemmVariant.All.Single(variant => variant.Name == name);
    }
}
