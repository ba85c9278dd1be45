namespace ComputeCore.Kernels.Gemm;

/// <summary>How a group of work-items shares a tile of the result. A tile is GroupY · Size rows by GroupX · Size columns.</summary>
internal interface ITile
{
    /// <summary>Work-items along the columns.</summary>
    int GroupX { get; }

    /// <summary>Work-items along the rows.</summary>
    int GroupY { get; }

    /// <summary>Depth of the tiles in shared memory: 8 or 16.</summary>
    int Depth { get; }

    /// <summary>
    /// Whether the two quads of a work-item lie half a tile apart in shared memory, so that neighbours read neighbouring banks.
    /// Where memory has no banks, quads side by side serve better: they make one vector.
    /// </summary>
    bool Spread { get; }
}

/// <summary>128 x 128 by 256 work-items with 8 x 8 sums each.</summary>
internal struct Tile128x128 : ITile
{
    /// <summary>Quads of shared memory for either operand, both buffers.</summary>
    public const int Quads = 2 * 8 * (128 / 4 + 3);

    public readonly int GroupX => 16;

    public readonly int GroupY => 16;

    public readonly int Depth => 8;

    public readonly bool Spread => true;
}

/// <summary>128 x 64 by 128 work-items with 8 x 8 sums each.</summary>
internal struct Tile128x64 : ITile
{
    /// <summary>Quads of shared memory for the left operand, both buffers.</summary>
    public const int LeftQuads = 2 * 8 * (128 / 4 + 3);

    /// <summary>Quads of shared memory for the right operand, both buffers.</summary>
    public const int RightQuads = 2 * 8 * (64 / 4 + 3);

    public readonly int GroupX => 8;

    public readonly int GroupY => 16;

    public readonly int Depth => 8;

    public readonly bool Spread => true;
}

/// <summary>64 x 64 by 64 work-items with 8 x 8 sums each.</summary>
internal struct Tile64x64 : ITile
{
    /// <summary>Quads of shared memory for either operand, both buffers.</summary>
    public const int Quads = 2 * 16 * (64 / 4);

    public readonly int GroupX => 8;

    public readonly int GroupY => 8;

    public readonly int Depth => 16;

    public readonly bool Spread => false;
}

/// <summary>32 x 32 by 64 work-items with 4 x 4 sums each.</summary>
internal struct Tile32x32 : ITile
{
    /// <summary>Quads of shared memory for either operand, both buffers.</summary>
    public const int Quads = 2 * 16 * (32 / 4 + 1);

    public readonly int GroupX => 8;

    public readonly int GroupY => 8;

    public readonly int Depth => 16;

    public readonly bool Spread => false;
}
