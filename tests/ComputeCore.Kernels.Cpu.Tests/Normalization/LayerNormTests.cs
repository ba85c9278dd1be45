using ComputeCore.Kernels.Cpu.Normalization;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Normalization;

public unsafe class LayerNormTests
{
    private const float Epsilon = 1e-5f;

    [Test]
    public void Forward_and_gradients_match_float64(
        [Values("1 1", "3 7", "5 16", "70 33", "2 1000", "400 257", "1 50000")] string shape, [Values] bool affine)
    {
        using var pool = new WorkerPool(2);
        var (rows, columns) = Parse(shape);
        var x = GuardedArrays.Normal(rows * columns, 1, scale: 2, mean: 5);
        var w = affine ? GuardedArrays.Normal(columns, 2) : null;
        var b = affine ? GuardedArrays.Normal(columns, 3) : null;
        var y = new GuardedArray<float>(x.Length);
        var (mean, rstd) = (new GuardedArray<float>(rows), new GuardedArray<float>(rows));
        new RowNormForward<Centered>
        {
            Input = x, Weight = w, Bias = b, Output = y, Mean = mean, Rstd = rstd,
            Rows = rows, Columns = columns, Epsilon = Epsilon,
        }.Run(pool);

        var expectedMean = new double[rows];
        var expectedRstd = new double[rows];
        var normalized = new double[x.Length];
        for (var r = 0; r < rows; r++)
        {
            var row = x.Span.Slice(r * columns, columns).ToArray();
            expectedMean[r] = row.Average(v => (double)v);
            expectedRstd[r] = 1 / Math.Sqrt(row.Average(v => (v - expectedMean[r]) * (v - expectedMean[r])) + Epsilon);
            for (var c = 0; c < columns; c++)
                normalized[r * columns + c] = (row[c] - expectedMean[r]) * expectedRstd[r];
        }

        double W(int i) => w is null ? 1 : w[i % columns];
        double B(int i) => b is null ? 0 : b[i % columns];
        mean.AssertClose(expectedMean, 1e-6);
        rstd.AssertClose(expectedRstd, 1e-6);
        y.AssertClose([.. normalized.Select((v, i) => v * W(i) + B(i))], 3e-6);

        var dy = GuardedArrays.Normal(x.Length, 4);
        var dx = new GuardedArray<float>(x.Length);
        var dw = affine ? new GuardedArray<float>(columns) : null;
        var db = affine ? new GuardedArray<float>(columns) : null;
        var workspace = new GuardedArray<byte>((int)RowNormBackward<Centered>.WorkspaceBytes(rows, columns));
        new RowNormBackward<Centered>
        {
            OutputGradient = dy, Input = x, Mean = mean, Rstd = rstd, Weight = w, InputGradient = dx, WeightGradient = dw, BiasGradient = db,
            Rows = rows, Columns = columns,
        }.Run(pool, workspace);

        var expectedDx = new double[x.Length];
        for (var r = 0; r < rows; r++)
        {
            var row = Enumerable.Range(r * columns, columns).ToArray();
            var meanG = row.Average(i => dy[i] * W(i));
            var meanGX = row.Average(i => dy[i] * W(i) * normalized[i]);
            foreach (var i in row)
                expectedDx[i] = expectedRstd[r] * (dy[i] * W(i) - meanG - normalized[i] * meanGX);
        }

        dx.AssertClose(expectedDx, 5e-6);
        workspace.AssertNothingWrittenAround();
        if (affine)
        {
            double[] Columns(Func<int, double> term) =>
                [.. Enumerable.Range(0, columns).Select(c => Enumerable.Range(0, rows).Sum(r => term(r * columns + c)))];
            dw!.AssertClose(Columns(i => dy[i] * normalized[i]), 1e-5);
            db!.AssertClose(Columns(i => dy[i]), 1e-5);
        }
    }

    [Test]
    public void A_row_far_from_zero_keeps_its_variance()
    {
        using var pool = new WorkerPool(1);
        var x = new GuardedArray<float>(1000, i => 100_000 + i % 2);
        var y = new GuardedArray<float>(1000);
        var (mean, rstd) = (new GuardedArray<float>(1), new GuardedArray<float>(1));
        new RowNormForward<Centered>
        {
            Input = x, Weight = null, Bias = null, Output = y, Mean = mean, Rstd = rstd,
            Rows = 1, Columns = 1000, Epsilon = 0,
        }.Run(pool);
        rstd.AssertClose([2], 1e-3);
    }

    [Test]
    public void Bits_depend_neither_on_the_thread_count_nor_on_working_in_place()
    {
        const int rows = 1003;
        const int columns = 401;
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        var x = GuardedArrays.Normal(rows * columns, 5);
        var dy = GuardedArrays.Normal(rows * columns, 6);
        var w = GuardedArrays.Normal(columns, 7);
        var (mean, rstd) = (new GuardedArray<float>(rows), new GuardedArray<float>(rows));
        var y = new GuardedArray<float>(x.Length);
        var norm = new RowNormForward<Centered>
        {
            Input = x, Weight = w, Bias = w, Output = y, Mean = mean, Rstd = rstd,
            Rows = rows, Columns = columns, Epsilon = Epsilon,
        };
        norm.Run(one);
        var inPlace = x.Clone();
        (norm with { Input = inPlace, Output = inPlace }).Run(three);
        inPlace.AssertSameBits(y);

        var workspace = new GuardedArray<byte>((int)RowNormBackward<Centered>.WorkspaceBytes(rows, columns));
        var dx = new GuardedArray<float>(x.Length);
        var (dw1, db1) = (new GuardedArray<float>(columns), new GuardedArray<float>(columns));
        var (dw3, db3) = (new GuardedArray<float>(columns), new GuardedArray<float>(columns));
        var gradient = new RowNormBackward<Centered>
        {
            OutputGradient = dy, Input = x, Mean = mean, Rstd = rstd, Weight = w, InputGradient = dx, WeightGradient = dw1, BiasGradient = db1,
            Rows = rows, Columns = columns,
        };
        gradient.Run(one, workspace);
        (gradient with { InputGradient = dy, WeightGradient = dw3, BiasGradient = db3 }).Run(three, workspace);
        dy.AssertSameBits(dx);
        dw3.AssertSameBits(dw1);
        db3.AssertSameBits(db1);
    }

    private static (int Rows, int Columns) Parse(string shape)
    {
        var sizes = Array.ConvertAll(shape.Split(' '), int.Parse);
        return (sizes[0], sizes[1]);
    }
}
