using ScottPlot;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// The roofline plot of benchmark figures (Williams, Waterman and Patterson, 2009): speed over FLOPs a byte, under the roof of each
/// device's memory bandwidth and multiply-adds. ScottPlot's axes are linear: what is plotted are decimal logarithms.
/// </summary>
internal static class RooflineChart
{
    private const int Width = 1200;
    private const int Height = 800;

    /// <summary>Draws all series into a PNG file.</summary>
    public static void Save(IReadOnlyList<BenchmarkSeries> series, string file)
    {
        using var plot = new Plot();
        ChartFont.ApplyTo(plot);
        var bounds = Bounds.Of(series);
        for (var i = 0; i < series.Count; i++)
        {
            var color = plot.Add.Palette.GetColor(i);
            var (peaks, ridge) = (series[i].Peaks, series[i].Peaks.Gflops / series[i].Peaks.Gbps);
            double[] x = [bounds.Left, Math.Clamp(ridge, bounds.Left, bounds.Right), bounds.Right];
            var roof = plot.Add.Scatter(Logs(x), Logs([.. x.Select(intensity => Math.Min(peaks.Gflops, intensity * peaks.Gbps))]), color);
            roof.MarkerSize = 0;
            roof.LineWidth = 2;

            var points = series[i].Points().ToArray();
            var cloud = plot.Add.Scatter(Logs([.. points.Select(point => point.Intensity)]), Logs([.. points.Select(point => point.Case.Gflops)]), color);
            cloud.LineWidth = 0;
            cloud.MarkerSize = 8;
            cloud.LegendText = $"{series[i].Name}: {peaks.Gflops:N0} GFLOP/s, {peaks.Gbps:N0} GB/s";
        }

        plot.Axes.Bottom.TickGenerator = Decades();
        plot.Axes.Left.TickGenerator = Decades();
        plot.Axes.SetLimits(Math.Log10(bounds.Left), Math.Log10(bounds.Right), Math.Log10(bounds.Bottom), Math.Log10(bounds.Top));
        plot.Title("Roofline");
        plot.XLabel("FLOPs a byte");
        plot.YLabel("GFLOP/s");
        plot.ShowLegend(Alignment.LowerRight);
        plot.SavePng(file, Width, Height);
    }

    private static double[] Logs(double[] values) => [.. values.Select(Math.Log10)];

    private static ScottPlot.TickGenerators.NumericAutomatic Decades() => new()
    {
        IntegerTicksOnly = true,
        LabelFormatter = exponent => exponent is >= -3 and <= 5 ? $"{Math.Pow(10, exponent):G6}" : $"1e{exponent}",
        MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
    };

    /// <summary>What the plot shows: all points and the ridges of all roofs, a little more on each side.</summary>
    internal readonly record struct Bounds(double Left, double Right, double Bottom, double Top)
    {
        private const double Margin = 1.5;

        public static Bounds Of(IReadOnlyList<BenchmarkSeries> series)
        {
            double[] x = [.. series.SelectMany(one => one.Points().Select(point => point.Intensity).Append(one.Peaks.Gflops / one.Peaks.Gbps))];
            double[] y = [.. series.SelectMany(one => one.Points().Select(point => point.Case.Gflops).Append(one.Peaks.Gflops))];
            return new(x.Min() / Margin, x.Max() * Margin, y.Min() / Margin, y.Max() * Margin);
        }
    }
}
