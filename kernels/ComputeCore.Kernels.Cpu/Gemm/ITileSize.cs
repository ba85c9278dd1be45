namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>A number known when the JIT compiles: the rows, or the vectors per row, of one variant of a micro-kernel's tile.</summary>
internal interface ITileSize
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

internal readonly struct One : ITileSize
{
    public static int Value => 1;
}

internal readonly struct Two : ITileSize
{
    public static int Value => 2;
}

internal readonly struct Four : ITileSize
{
    public static int Value => 4;
}

internal readonly struct Six : ITileSize
{
    public static int Value => 6;
}

internal readonly struct Eight : ITileSize
{
    public static int Value => 8;
}

internal readonly struct Twelve : ITileSize
{
    public static int Value => 12;
}
