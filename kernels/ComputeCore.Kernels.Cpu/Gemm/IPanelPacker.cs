namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The source of one operand of a matrix product, seen as the elements x(k, i): k is the summed dimension, i the row of C
/// (left operand) or the column of C (right operand). The driver asks for it in packed panels, and never sees how it lies
/// in memory; a convolution's implicit im2col is one implementation.
/// </summary>
internal unsafe interface IPanelPacker
{
    /// <summary>
    /// Writes x(k, i) for k in [<paramref name="kBegin"/>, + <paramref name="kCount"/>) and i in [<paramref name="begin"/>,
    /// + <paramref name="count"/>) as ⌈count / width⌉ panels, one after the other, each [kCount, width]:
    /// <c>panels[((i − begin) / width · kCount + (k − kBegin)) · width + (i − begin) % width]</c>.
    /// Columns of the last panel beyond <paramref name="count"/> must be finite (zero, that is): they are multiplied but never stored.
    /// </summary>
    /// <param name="kBegin">First k.</param>
    /// <param name="kCount">How many k.</param>
    /// <param name="begin">First i, a multiple of <paramref name="width"/>.</param>
    /// <param name="count">How many i.</param>
    /// <param name="width">The micro-kernel's MR (left operand) or NR (right operand).</param>
    /// <param name="panels">Destination, 64-byte aligned. Nothing may be written outside the panels: others may fill the neighbours at the same time.</param>
    void Pack(int kBegin, int kCount, int begin, int count, int width, float* panels);

    /// <summary>
    /// Whether the operand lies in memory as a matrix, x(k + 1, i) and x(k, i + 1) in equal distances from x(k, i). Where x(k, i + 1) is its
    /// neighbour, micro-kernels can read the operand without its being packed.
    /// </summary>
    /// <param name="k">A k.</param>
    /// <param name="i">An i.</param>
    /// <param name="first">Where x(k, i) lies.</param>
    /// <param name="kStep">Elements between x(k, i) and x(k + 1, i).</param>
    /// <param name="step">Elements between x(k, i) and x(k, i + 1).</param>
    bool Locate(int k, int i, out float* first, out nint kStep, out nint step);
}
