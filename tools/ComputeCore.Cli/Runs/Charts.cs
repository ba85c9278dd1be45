using ComputeCore.Nn;
using ScottPlot;

namespace ComputeCore.Cli.Runs;

/// <summary>The pictures of a run.</summary>
internal static class Charts
{
    /// <summary>Losses and accuracies over the course of a training.</summary>
    public static void Curves(IReadOnlyList<ValidationReport> validations, string unit, Func<ValidationReport, double> at, string file)
    {
        double[] x = [.. validations.Select(at)];
        var plots = new Multiplot();
        plots.AddPlots(2);
        plots.Layout = new ScottPlot.MultiplotLayouts.Columns();

        var losses = plots.GetPlot(0);
        var accuracy = plots.GetPlot(1);
        ChartFont.ApplyTo(losses);
        ChartFont.ApplyTo(accuracy);
        Line(losses, x, [.. validations.Select(report => report.TrainLoss)], "training");
        Line(losses, x, [.. validations.Select(report => report.Loss)], "held out");
        Label(losses, "Loss", unit, "mean cross-entropy (nats)");
        losses.Legend.Alignment = Alignment.UpperRight;

        Line(accuracy, x, [.. validations.Select(report => 100 * report.TrainAccuracy)], "training");
        Line(accuracy, x, [.. validations.Select(report => 100 * report.Accuracy)], "held out");
        Label(accuracy, "Accuracy", unit, "% predicted rightly");
        accuracy.Legend.Alignment = Alignment.LowerRight;

        plots.SavePng(file, 1200, 480);
    }

    /// <summary>How often each class was taken for each other: rows are true classes, columns predicted ones.</summary>
    public static void Confusion(IReadOnlyList<int[]> counts, IReadOnlyList<string> classes, string file)
    {
        using var plot = new Plot();
        ChartFont.ApplyTo(plot);
        var shares = new double[counts.Count, counts.Count];
        for (var row = 0; row < counts.Count; row++)
            for (var column = 0; column < counts.Count; column++)
            {
                // A heat map's first row is drawn at the top, the axis counts from the bottom.
                shares[row, column] = counts[row][column] / (double)Math.Max(1, counts[row].Sum());
                var text = plot.Add.Text($"{counts[row][column]}", column, counts.Count - 1 - row);
                text.LabelAlignment = Alignment.MiddleCenter;
                text.LabelFontColor = shares[row, column] > 0.5 ? Colors.White : Colors.Black;
            }

        var map = plot.Add.Heatmap(shares);
        map.Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        plot.MoveToBack(map);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, classes.Count).Select(i => (double)i)], [.. classes]);
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, classes.Count).Select(i => (double)(classes.Count - 1 - i))], [.. classes]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 45;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
        plot.Axes.Bottom.MinimumSize = 90;
        plot.HideGrid();
        plot.Axes.SetLimits(-0.5, classes.Count - 0.5, -0.5, classes.Count - 0.5);
        plot.Title("Test images");
        plot.XLabel("predicted class");
        plot.YLabel("true class");
        plot.SavePng(file, 900, 800);
    }

    private static void Line(Plot plot, double[] x, double[] y, string label)
    {
        var line = plot.Add.Scatter(x, y);
        line.LegendText = label;
        line.LineWidth = 2;
    }

    private static void Label(Plot plot, string title, string unit, string quantity)
    {
        plot.Title(title);
        plot.XLabel(unit);
        plot.YLabel(quantity);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend();
    }
}
