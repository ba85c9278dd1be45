namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Whether rows are normalized around their mean.</summary>
internal interface ICentering
{
    static abstract bool TakesMeanAway { get; }
}

/// <summary>Layer normalization.</summary>
internal readonly struct Centered : ICentering
{
    public static bool TakesMeanAway => true;
}

/// <summary>Normalization by the root mean square.</summary>
internal readonly struct Uncentered : ICentering
{
    public static bool TakesMeanAway => false;
}
