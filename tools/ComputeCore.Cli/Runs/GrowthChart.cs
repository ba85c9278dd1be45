using ComputeCore.Benchmarking;
using ScottPlot;

namespace ComputeCore.Cli.Runs;

/// <summary>Time and memory of training steps over their size: a row for each series. What grows in proportion is a straight line.</summary>
internal static class GrowthChart
{
    private const int Width = 1200;
    private const int RowHeight = 360;

    /// <summary>Draws all points into a PNG file.</summary>
    public static void Save(IReadOnlyList<GrowthPoint> points, string file)
    {
        IGrouping<string, GrowthPoint>[] series = [.. points.GroupBy(point => point.Series)];
        var plots = new Multiplot();
        plots.AddPlots(2 * series.Length);
        plots.Layout = new ScottPlot.MultiplotLayouts.Grid(rows: series.Length, columns: 2);
        for (var row = 0; row < series.Length; row++)
        {
            Draw(plots.GetPlot(2 * row), series[row], point => point.Milliseconds, "ms a step");
            Draw(plots.GetPlot(2 * row + 1), series[row], point => point.MemoryBytes / 1e6, "planned memory, MB");
        }

        plots.SavePng(file, Width, RowHeight * series.Length);
    }

    private static void Draw(Plot plot, IGrouping<string, GrowthPoint> series, Func<GrowthPoint, double> value, string quantity)
    {
        ChartFont.ApplyTo(plot);
        double[] sizes = [.. series.Select(point => (double)point.Size)];
        var line = plot.Add.Scatter(sizes, series.Select(value).ToArray());
        line.LineWidth = 2;
        plot.Axes.AutoScale();
        plot.Axes.SetLimits(left: 0, bottom: 0);
        plot.Title(series.Key);
        plot.XLabel(series.First().Axis);
        plot.YLabel(quantity);
    }
}
