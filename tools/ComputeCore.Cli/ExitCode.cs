namespace ComputeCore.Cli;

/// <summary>What the program's exit code tells a script.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or a termination signal, with the state saved: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
