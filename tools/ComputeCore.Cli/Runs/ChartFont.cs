using ScottPlot;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// The fonts of the charts. The Skia build without native dependencies sees no system fonts and would draw no text at all, so
/// their files are named; <c>tools/setup.sh</c> installs them. Where a file isn't there, the system's own font is used.
/// </summary>
internal static class ChartFont
{
    private static readonly string? Latin = Add("DejaVu Sans",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans.ttf");

    private static readonly string? Chinese = Add("WenQuanYi Micro Hei",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/wqy-microhei-fonts/wqy-microhei.ttc",
        "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc");

    /// <summary>Uses the font in a new plot; of Chinese, if there is any in the texts that are drawn.</summary>
    public static void ApplyTo(Plot plot, params IEnumerable<string> texts)
    {
        // Where the radicals and characters of Chinese begin.
        const char FirstOfChinese = '\u2E80';
        if ((texts.Any(text => text.Any(character => character >= FirstOfChinese)) ? Chinese ?? Latin : Latin) is not { } font)
            return;
        Fonts.Default = font;
        // Once for each plot: it keeps the first that it is given.
        plot.Font.Set(font);
    }

    private static string? Add(string name, params string[] files)
    {
        if (Array.Find(files, File.Exists) is not { } file)
            return null;
        Fonts.AddFontFile(name, file);
        return name;
    }
}
