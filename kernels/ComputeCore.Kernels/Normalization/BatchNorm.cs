// Batch normalization (Ioffe, Szegedy, 2015) of x [N, C, inner], per channel. Each channel's values are cut into parts, a group
// each, so that few channels occupy a device too:
//   Moments      mean and sum of squared deviations of each part, in two passes
//   Statistics   all parts of a channel, merged in order (Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for
//                Computing Sample Variances", 1979), a work-item per channel
//   Normalize    y, a work-item per element
// and for the gradient the sums of dy and dy · x̂ of each part, added up per channel, then dx, a work-item per element.
// Bytes: 16 per element forward, of which 4 come from a cache; 20 backward.
using ILGPU;

namespace ComputeCore.Kernels.Normalization;

/// <summary>Batch normalization by the batch's own statistics, and its gradient.</summary>
internal static partial class BatchNorm
{
    /// <summary>Mean and sum of squared deviations of a part of a channel, both parts by channels; the grid is channels by parts.</summary>
    [Kernel]
    public static void Moments(ArrayView<float> x, ArrayView<float> means, ArrayView<float> squares, int batch, int channels, int inner, int partSize)
    {
        var shared = SharedMemory.Allocate<float>(GroupSum.GroupSize);
        var channel = Grid.IdxX;
        var begin = Grid.IdxY * partSize;
        var end = begin + partSize < batch * inner ? begin + partSize : batch * inner;
        var sum = 0f;
        for (var i = begin + Group.IdxX; i < end; i += GroupSum.GroupSize)
            sum += x[At(i, channel, channels, inner)];
        var mean = GroupSum.Of(shared, sum) / (end - begin);
        // What the rounded mean is off by shows as the deviations' own mean ("corrected two-pass algorithm": Chan, Golub and LeVeque,
        // "Algorithms for computing the sample variance", 1983). Far from zero an ulp of the mean is much of a deviation.
        var deviations = 0f;
        var squaredDeviations = 0f;
        for (var i = begin + Group.IdxX; i < end; i += GroupSum.GroupSize)
        {
            var deviation = x[At(i, channel, channels, inner)] - mean;
            deviations += deviation;
            squaredDeviations = MathF.FusedMultiplyAdd(deviation, deviation, squaredDeviations);
        }

        var correction = GroupSum.Of(shared, deviations) / (end - begin);
        squaredDeviations = GroupSum.Of(shared, squaredDeviations) - correction * correction * (end - begin);
        if (Group.IdxX == 0)
        {
            means[Grid.IdxY * channels + channel] = mean + correction;
            squares[Grid.IdxY * channels + channel] = squaredDeviations > 0f ? squaredDeviations : 0f;
        }
    }

    /// <summary>Mean, rstd = 1 / √(variance + ε) and biased variance of each channel; a work-item per channel.</summary>
    [Kernel]
    public static void Statistics(
        ArrayView<float> means,
        ArrayView<float> squares,
        ArrayView<float> mean,
        ArrayView<float> rstd,
        ArrayView<float> variance,
        int channels,
        int size,
        int partSize,
        float epsilon)
    {
        var channel = Grid.IdxX * Group.DimX + Group.IdxX;
        if (channel >= channels)
            return;
        var m = 0f;
        var deviations = 0f;
        for (var begin = 0; begin < size; begin += partSize)
        {
            var count = begin + partSize < size ? partSize : size - begin;
            var part = begin / partSize * channels + channel;
            var difference = means[part] - m;
            var share = (float)count / (begin + count);
            m = MathF.FusedMultiplyAdd(difference, share, m);
            deviations += squares[part] + difference * difference * begin * share;
        }

        mean[channel] = m;
        variance[channel] = deviations / size;
        rstd[channel] = 1 / MathF.Sqrt(deviations / size + epsilon);
    }

    /// <summary>y = (x − mean) · rstd · weight + bias; a work-item per element.</summary>
    [Kernel]
    public static void Normalize(
        ArrayView<float> x, ArrayView<float> mean, ArrayView<float> rstd, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y, int count, int channels, int inner)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= count)
            return;
        var channel = i / inner % channels;
        y[i] = MathF.FusedMultiplyAdd((x[i] - mean[channel]) * rstd[channel], weight[channel], bias[channel]);
    }

    /// <summary>The sums of dy and of dy · x̂ of a part of a channel, both parts by channels; the grid is channels by parts.</summary>
    [Kernel]
    public static void BackwardSums(
        ArrayView<float> dy,
        ArrayView<float> x,
        ArrayView<float> mean,
        ArrayView<float> rstd,
        ArrayView<float> products,
        ArrayView<float> gradients,
        int batch,
        int channels,
        int inner,
        int partSize)
    {
        var shared = SharedMemory.Allocate<float>(GroupSum.GroupSize);
        var channel = Grid.IdxX;
        var begin = Grid.IdxY * partSize;
        var end = begin + partSize < batch * inner ? begin + partSize : batch * inner;
        var m = mean[channel];
        var r = rstd[channel];
        var gradient = 0f;
        var product = 0f;
        for (var i = begin + Group.IdxX; i < end; i += GroupSum.GroupSize)
        {
            var at = At(i, channel, channels, inner);
            gradient += dy[at];
            product = MathF.FusedMultiplyAdd(dy[at], (x[at] - m) * r, product);
        }

        gradient = GroupSum.Of(shared, gradient);
        product = GroupSum.Of(shared, product);
        if (Group.IdxX == 0)
        {
            products[Grid.IdxY * channels + channel] = product;
            gradients[Grid.IdxY * channels + channel] = gradient;
        }
    }

    /// <summary>dx = rstd · weight · (dy − mean(dy) − x̂ · mean(dy · x̂)); a work-item per element.</summary>
    [Kernel]
    public static void BackwardData(
        ArrayView<float> dy,
        ArrayView<float> x,
        ArrayView<float> mean,
        ArrayView<float> rstd,
        ArrayView<float> weight,
        ArrayView<float> dweight,
        ArrayView<float> dbias,
        ArrayView<float> dx,
        int count,
        int channels,
        int inner,
        int size)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= count)
            return;
        var channel = i / inner % channels;
        var normalized = (x[i] - mean[channel]) * rstd[channel];
        dx[i] = rstd[channel] * weight[channel] * (dy[i] - dbias[channel] / size - normalized * (dweight[channel] / size));
    }

    // The i-th value of a channel.
    private static int At(int i, int channel, int channels, int inner)
    {
        var image = i / inner;
        return (image * channels + channel) * inner + i - image * inner;
    }
}
