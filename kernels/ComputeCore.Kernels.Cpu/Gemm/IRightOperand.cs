namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>How a micro-kernel walks its right operand: for each k one or two vectors of adjacent columns.</summary>
internal unsafe interface IRightOperand
{
    /// <summary>Where the first vector of this k lies.</summary>
    float* First { get; }

    /// <summary>Where the second vector of this k lies.</summary>
    /// <param name="width">Floats in a vector.</param>
    float* Second(int width);

    /// <summary>Goes on to the next k.</summary>
    void Advance();
}

/// <summary>A panel, or a piece of a matrix: the vectors are neighbours, and all k equally far apart.</summary>
/// <param name="first">Element (0, 0).</param>
/// <param name="step">Elements between two k: NR in a panel.</param>
internal unsafe struct AdjacentColumns(float* first, nint step) : IRightOperand
{
    /// <inheritdoc/>
    public readonly float* First => first;

    /// <inheritdoc/>
    public readonly float* Second(int width) => first + width;

    /// <inheritdoc/>
    public void Advance() => first += step;
}

/// <summary>Two vectors anywhere, and a table of where each k lies from there.</summary>
/// <param name="first">What the offsets of the first vector count from.</param>
/// <param name="second">What those of the second count from.</param>
/// <param name="offsets">In elements, one for each k.</param>
internal unsafe struct IndirectColumns(float* first, float* second, int* offsets) : IRightOperand
{
    /// <inheritdoc/>
    public readonly float* First => first + *offsets;

    /// <inheritdoc/>
    public readonly float* Second(int width) => second + *offsets;

    /// <inheritdoc/>
    public void Advance() => offsets++;
}
