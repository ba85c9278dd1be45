using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>A function's executables, one for each shape, keep their values in one block.</summary>
[TestFixture("reference")]
[TestFixture("cpu")]
public sealed class ArenaTests(string deviceName) : IDisposable
{
    private readonly Device device = Device.Open(deviceName);

    public void Dispose() => device.Dispose();

    [Test]
    public void It_grows_with_the_largest_and_the_others_go_on_in_it()
    {
        using (var function = new Function(device, x => [x[0].MatMul(x[0], transposeOther: true).MatMul(x[0])]))
        {
            int[] rows = [20, 200, 20, 10, 200];
            foreach (var n in rows)
                Assert.That(function.Run(Ones(n))[0].ToDoubles(), Is.All.EqualTo(3 * n));

            var before = device.AllocatedBytes;
            function.Run(Ones(199));
            Assert.That(device.AllocatedBytes - before, Is.LessThan(199 * 199 * sizeof(float)), "bytes allocated for a smaller shape");
        }

        Assert.That(device.AllocatedBytes, Is.Zero);
    }

    private static TensorData Ones(int rows) => TensorData.From([rows, 3], [.. Enumerable.Repeat(1f, rows * 3)]);
}
