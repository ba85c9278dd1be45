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

    /// <summary>Attention weights of some heads of a layer: rows are the tokens that look, columns those that are looked at.</summary>
    public static void Attention(AttentionMap map, IReadOnlyList<int> heads, string file)
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(heads.Count));
        var rows = (heads.Count + columns - 1) / columns;
        var plots = new Multiplot();
        plots.AddPlots(heads.Count);
        plots.Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns);
        // Labels of many tokens take turns at the least width at which they can be read.
        var side = Math.Clamp(800 / Math.Max(map.Queries.Count, map.Keys.Count), 14, 28);
        var margin = 90 + 8 * map.Queries.Concat(map.Keys).Max(label => label.Length);
        for (var i = 0; i < heads.Count; i++)
            Attention(plots.GetPlot(i), map, heads[i]);
        plots.SavePng(file, columns * (margin + side * map.Keys.Count), rows * (margin + side * map.Queries.Count));
    }

    private static void Attention(Plot plot, AttentionMap map, int head)
    {
        ChartFont.ApplyTo(plot, [.. map.Keys, .. map.Queries]);
        var weights = map.Head(head);
        var shades = new double[map.Queries.Count, map.Keys.Count];
        for (var query = 0; query < weights.Length; query++)
            for (var key = 0; key < weights[query].Length; key++)
                shades[query, key] = weights[query][key];
        var heatmap = plot.Add.Heatmap(shades);
        heatmap.Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        heatmap.ManualRange = new ScottPlot.Range(0, 1);
        Label(plot.Axes.Bottom, map.Keys, position => position);
        // A heat map's first row is drawn at the top, the axis counts from the bottom.
        Label(plot.Axes.Left, map.Queries, position => map.Queries.Count - 1 - position);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 90;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
        plot.HideGrid();
        plot.Axes.SetLimits(-0.5, map.Keys.Count - 0.5, -0.5, map.Queries.Count - 0.5);
        plot.Title($"{map.Kind}, layer {map.Layer}, head {head}", 14);

        static void Label(IAxis axis, IReadOnlyList<string> tokens, Func<int, double> at)
        {
            axis.SetTicks([.. Enumerable.Range(0, tokens.Count).Select(at)], [.. tokens]);
            axis.MinimumSize = 20 + 8 * tokens.Max(token => token.Length);
        }
    }

    /// <summary>Tokens in a plane; the first ones stand out.</summary>
    public static void Embeddings(IReadOnlyList<string> labels, IReadOnlyList<(double X, double Y)> points, int emphasized, double varianceShare, string file)
    {
        using var plot = new Plot();
        ChartFont.ApplyTo(plot, labels);
        for (var i = points.Count - 1; i >= 0; i--)
        {
            var color = i < emphasized ? Colors.DarkRed : Colors.SteelBlue;
            plot.Add.Marker(points[i].X, points[i].Y, size: 6, color: color);
            var text = plot.Add.Text(labels[i], points[i].X, points[i].Y);
            text.LabelFontSize = 13;
            text.LabelFontColor = color;
            text.LabelBold = i < emphasized;
            text.LabelAlignment = Alignment.LowerLeft;
            (text.OffsetX, text.OffsetY) = (4, -2);
        }

        plot.Title($"Embeddings, {100 * varianceShare:F0} % of their variance");
        plot.XLabel("first principal component");
        plot.YLabel("second principal component");
        plot.SavePng(file, 1000, 800);
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
