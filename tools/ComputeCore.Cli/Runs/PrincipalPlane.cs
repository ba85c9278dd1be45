namespace ComputeCore.Cli.Runs;

/// <summary>
/// The plane in which points vary most: that of the first two eigenvectors of their covariance (Pearson, 1901), found by
/// orthogonal iteration (Golub and Van Loan, Matrix Computations, section 8.2.4), which never forms the covariance. The same
/// points give the same plane.
/// </summary>
internal sealed class PrincipalPlane
{
    private const int MostIterations = 10_000;

    private readonly double[] mean;
    private readonly double[] first;
    private readonly double[] second;

    private PrincipalPlane(double[] mean, double[] first, double[] second, double share) => (this.mean, this.first, this.second, VarianceShare) = (mean, first, second, share);

    /// <summary>How much of the points' variance lies in the plane, from 0 to 1.</summary>
    public double VarianceShare { get; }

    /// <param name="points">At least one, all of the same width.</param>
    public static PrincipalPlane Of(double[][] points)
    {
        var width = points[0].Length;
        double[] mean = [.. Enumerable.Range(0, width).Select(i => points.Average(point => point[i]))];
        double[][] centred = [.. points.Select(point => (double[])[.. point.Zip(mean, (value, average) => value - average)])];
        // Any start that is not orthogonal to the plane will do.
        var random = new Random(1);
        var first = Normalized([.. Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5)]);
        var second = Normalized(Without([.. Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5)], first));
        var (held, total) = (0.0, centred.Sum(point => Dot(point, point)));
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var (image1, image2) = (Covariance(centred, first), Covariance(centred, second));
            var variance = Dot(first, image1) + Dot(second, image2);
            first = Normalized(image1);
            second = Normalized(Without(image2, first));
            if (Math.Abs(variance - held) <= 1e-13 * total)
                break;
            held = variance;
        }

        // Within the plane, which is found sooner than its axes, the axes are those of a 2 x 2 matrix (Rayleigh and Ritz).
        var (image, other) = (Covariance(centred, first), Covariance(centred, second));
        var angle = Math.Atan2(2 * Dot(second, image), Dot(first, image) - Dot(second, other)) / 2;
        (first, second) = (Turned(first, second, angle), Turned(second, first, -angle));
        return new PrincipalPlane(mean, Oriented(first), Oriented(second), total == 0 ? 1 : held / total);
    }

    /// <summary>A point's coordinates along the first component and the second.</summary>
    public (double X, double Y) Project(double[] point)
    {
        double[] centred = [.. point.Zip(mean, (value, average) => value - average)];
        return (Dot(centred, first), Dot(centred, second));
    }

    private static double[] Covariance(double[][] points, double[] direction)
    {
        var sum = new double[direction.Length];
        foreach (var point in points)
        {
            var length = Dot(point, direction);
            for (var i = 0; i < sum.Length; i++)
                sum[i] += length * point[i];
        }

        return sum;
    }

    private static double[] Without(double[] x, double[] direction)
    {
        var length = Dot(x, direction);
        return [.. x.Zip(direction, (value, along) => value - length * along)];
    }

    private static double[] Turned(double[] x, double[] towards, double angle) =>
        [.. x.Zip(towards, (value, along) => Math.Cos(angle) * value + Math.Sin(angle) * along)];

    // Points that do not vary have no direction.
    private static double[] Normalized(double[] x) => Math.Sqrt(Dot(x, x)) is > 0 and var length ? Array.ConvertAll(x, value => value / length) : x;

    // An eigenvector's sign is free: the largest element is made positive.
    private static double[] Oriented(double[] x) => x.MaxBy(Math.Abs) < 0 ? Array.ConvertAll(x, value => -value) : x;

    private static double Dot(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
