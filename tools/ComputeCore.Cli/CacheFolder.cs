namespace ComputeCore.Cli;

/// <summary>Where data sets and runs are kept unless the user names another place: <c>$XDG_CACHE_HOME/computecore</c>.</summary>
internal static class CacheFolder
{
    public static string Path { get; } = System.IO.Path.Combine(Base(), "computecore");

    private static string Base() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured
            ? configured
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
