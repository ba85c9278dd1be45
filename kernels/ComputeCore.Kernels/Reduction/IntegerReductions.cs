namespace ComputeCore.Kernels.Reduction;

/// <summary>Σ x, which wraps around.</summary>
internal readonly struct Int64Sum : IReduction<long>
{
    public long Identity() => 0;

    public long Map(long x, long center) => x;

    public long Combine(long a, long b) => unchecked(a + b);

    public long Corrected(long x, long lost) => x;

    public long Lost(long before, long added, long after) => 0;

    public long Finish(long result, float scale) => result;
}

/// <summary>The greatest element.</summary>
internal readonly struct Int32Max : IReduction<int>
{
    public int Identity() => int.MinValue;

    public int Map(int x, int center) => x;

    public int Combine(int a, int b) => a > b ? a : b;

    public int Corrected(int x, int lost) => x;

    public int Lost(int before, int added, int after) => 0;

    public int Finish(int result, float scale) => result;
}

/// <summary>The least element.</summary>
internal readonly struct Int32Min : IReduction<int>
{
    public int Identity() => int.MaxValue;

    public int Map(int x, int center) => x;

    public int Combine(int a, int b) => a < b ? a : b;

    public int Corrected(int x, int lost) => x;

    public int Lost(int before, int added, int after) => 0;

    public int Finish(int result, float scale) => result;
}

/// <summary>The greatest element.</summary>
internal readonly struct Int64Max : IReduction<long>
{
    public long Identity() => long.MinValue;

    public long Map(long x, long center) => x;

    public long Combine(long a, long b) => a > b ? a : b;

    public long Corrected(long x, long lost) => x;

    public long Lost(long before, long added, long after) => 0;

    public long Finish(long result, float scale) => result;
}

/// <summary>The least element.</summary>
internal readonly struct Int64Min : IReduction<long>
{
    public long Identity() => long.MaxValue;

    public long Map(long x, long center) => x;

    public long Combine(long a, long b) => a < b ? a : b;

    public long Corrected(long x, long lost) => x;

    public long Lost(long before, long added, long after) => 0;

    public long Finish(long result, float scale) => result;
}

/// <summary>The greatest element.</summary>
internal readonly struct UInt8Max : IReduction<byte>
{
    public byte Identity() => byte.MinValue;

    public byte Map(byte x, byte center) => x;

    public byte Combine(byte a, byte b) => a > b ? a : b;

    public byte Corrected(byte x, byte lost) => x;

    public byte Lost(byte before, byte added, byte after) => 0;

    public byte Finish(byte result, float scale) => result;
}

/// <summary>The least element.</summary>
internal readonly struct UInt8Min : IReduction<byte>
{
    public byte Identity() => byte.MaxValue;

    public byte Map(byte x, byte center) => x;

    public byte Combine(byte a, byte b) => a < b ? a : b;

    public byte Corrected(byte x, byte lost) => x;

    public byte Lost(byte before, byte added, byte after) => 0;

    public byte Finish(byte result, float scale) => result;
}
