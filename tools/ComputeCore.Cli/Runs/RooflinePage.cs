using System.Globalization;
using System.Net;
using System.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>The roofline plot as a page of its own: an SVG picture whose points tell their case, and the table; no scripts, no network.</summary>
internal static class RooflinePage
{
    private const double Width = 1100;
    private const double Height = 640;
    private const double MarginLeft = 80;
    private const double MarginBottom = 50;
    private const double MarginTop = 20;
    private const double MarginRight = 20;

    private static readonly string[] Colors = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"];

    /// <summary>The page.</summary>
    public static string Html(IReadOnlyList<BenchmarkSeries> series)
    {
        var page = new StringBuilder();
        page.Append(
            """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>ComputeCore benchmarks</title><style>
            body { font: 15px/1.4 "DejaVu Sans", system-ui, sans-serif; margin: 2em auto; max-width: 1100px; color: #222 }
            svg { width: 100%; height: auto } table { border-collapse: collapse; width: 100%; margin-top: 2em }
            th, td { padding: .25em .7em; text-align: right; border-bottom: 1px solid #ddd } th:first-child, td:first-child { text-align: left }
            .grid { stroke: #e4e4e4 } .roof { fill: none; stroke-width: 2.5 } circle { fill-opacity: .75 } circle:hover { stroke: #000 }
            </style></head><body><h1>Roofline</h1>

            """);
        Picture(page, series);
        Table(page, series);
        return page.Append("</body></html>\n").ToString();
    }

    private static void Picture(StringBuilder page, IReadOnlyList<BenchmarkSeries> series)
    {
        var bounds = RooflineChart.Bounds.Of(series);
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" font-size=\"13\">\n");
        foreach (var tick in Decades(bounds.Left, bounds.Right))
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{X(tick):F1}\" x2=\"{X(tick):F1}\" y1=\"{MarginTop}\" y2=\"{Height - MarginBottom}\"/><text x=\"{X(tick):F1}\" y=\"{Height - MarginBottom + 20}\" text-anchor=\"middle\">{tick:G4}</text>\n");
        foreach (var tick in Decades(bounds.Bottom, bounds.Top))
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{MarginLeft}\" x2=\"{Width - MarginRight}\" y1=\"{Y(tick):F1}\" y2=\"{Y(tick):F1}\"/><text x=\"{MarginLeft - 8}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{tick:G4}</text>\n");
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">FLOPs a byte</text><text transform=\"translate(18 {Height / 2}) rotate(-90)\" text-anchor=\"middle\">GFLOP/s</text>\n");

        for (var i = 0; i < series.Count; i++)
        {
            var (color, peaks) = (Colors[i % Colors.Length], series[i].Peaks);
            var ridge = Math.Clamp(peaks.Gflops / peaks.Gbps, bounds.Left, bounds.Right);
            var roof = string.Join(' ', new[] { Math.Max(bounds.Left, bounds.Bottom / peaks.Gbps), ridge, bounds.Right }.Select(x => string.Create(CultureInfo.InvariantCulture, $"{X(x):F1},{Y(Math.Min(peaks.Gflops, x * peaks.Gbps)):F1}")));
            page.Append(CultureInfo.InvariantCulture, $"<polyline class=\"roof\" stroke=\"{color}\" points=\"{roof}\"/>\n");
            foreach (var (measured, intensity) in series[i].Points())
                page.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(intensity):F1}\" cy=\"{Y(measured.Gflops):F1}\" r=\"5\" fill=\"{color}\"><title>{Escape($"{measured.Name} on {series[i].Name}: {measured.Milliseconds:G4} ms, {measured.Gflops:F1} GFLOP/s, {measured.Gbps:F1} GB/s")}</title></circle>\n");
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - MarginRight - 10}\" y=\"{Height - MarginBottom - 12 - 18 * (series.Count - 1 - i)}\" text-anchor=\"end\" fill=\"{color}\">{Escape($"{series[i].Name}: {peaks.Gflops:N0} GFLOP/s, {peaks.Gbps:N0} GB/s")}</text>\n");
        }

        page.Append("</svg>\n");

        double X(double intensity) => MarginLeft + (Width - MarginLeft - MarginRight) * Math.Log(intensity / bounds.Left) / Math.Log(bounds.Right / bounds.Left);

        double Y(double gflops) => Height - MarginBottom - (Height - MarginBottom - MarginTop) * Math.Log(gflops / bounds.Bottom) / Math.Log(bounds.Top / bounds.Bottom);
    }

    private static void Table(StringBuilder page, IReadOnlyList<BenchmarkSeries> series)
    {
        page.Append("<table><tr><th>Case</th>").AppendJoin("", series.Select(one => $"<th>{Escape(one.Name)}, ms</th><th>GFLOP/s</th><th>GB/s</th><th>of the peak</th>")).Append("</tr>\n");
        foreach (var name in series.SelectMany(one => one.Cases.Keys).Distinct())
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Escape(name)}</td>");
            foreach (var measured in series.Select(one => one.Cases.GetValueOrDefault(name)))
                page.Append(measured is null ? "<td></td><td></td><td></td><td></td>" : string.Create(CultureInfo.InvariantCulture, $"<td>{measured.Milliseconds:G4}</td><td>{measured.Gflops:F1}</td><td>{measured.Gbps:F1}</td><td>{measured.PeakFraction:P0}</td>"));
            page.Append("</tr>\n");
        }

        page.Append("</table>");
    }

    private static IEnumerable<double> Decades(double low, double high)
    {
        for (var exponent = Math.Ceiling(Math.Log10(low)); exponent <= Math.Log10(high); exponent++)
            yield return Math.Pow(10, exponent);
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
