using ScottPlot;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// The font of the charts. The Skia build without native dependencies sees no system fonts and would draw no text at all, so
/// the file is named; <c>tools/setup.sh</c> installs it.
/// </summary>
internal static class ChartFont
{
    private const string Name = "DejaVu Sans";

    private static readonly string[] Files =
    [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans.ttf",
    ];

    /// <summary>Uses the font in a plot, where the file is; elsewhere the system's own is used.</summary>
    public static void ApplyTo(Plot plot)
    {
        if (!Array.Exists(Files, File.Exists))
            return;
        Fonts.AddFontFile(Name, Array.Find(Files, File.Exists)!);
        Fonts.Default = Name;
        plot.Font.Set(Name);
    }
}
