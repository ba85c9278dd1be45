// Operations on tensors that take random numbers; see Philox. A work-item makes one block: eight elements.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.RandomNumbers;

/// <summary>Random numbers.</summary>
internal static partial class PhiloxKernels
{
    /// <summary>Elements that a work-item makes.</summary>
    public const int ElementsOfItem = 8;

    /// <summary>x times a dropout mask (Srivastava et al., "Dropout", 2014); see <see cref="Philox.Masks(ArrayView{long}, int, long, int, float)"/>.</summary>
    /// <param name="x">What is multiplied.</param>
    /// <param name="state">The seed, and the number of the run.</param>
    /// <param name="y">The result; may be x.</param>
    /// <param name="stream">Which use of the generator this is.</param>
    /// <param name="dropped">How many of 65536 elements are 0.</param>
    /// <param name="scale">What the others are multiplied by.</param>
    /// <param name="count">The elements.</param>
    [Kernel]
    public static void Dropout(ArrayView<float> x, ArrayView<long> state, ArrayView<float> y, int stream, int dropped, float scale, int count)
    {
        var block = FlatIndex.Get();
        if (block >= (count + ElementsOfItem - 1) / ElementsOfItem)
            return;
        var words = Philox.Block(state, stream, block);
        Multiply(x, y, block * ElementsOfItem, Philox.Masks(words.Lower, dropped, scale), count);
        Multiply(x, y, block * ElementsOfItem + 4, Philox.Masks(words.Upper, dropped, scale), count);
    }

    private static void Multiply(ArrayView<float> x, ArrayView<float> y, int first, Float4 factors, int count)
    {
        if (first < count)
            y[first] = x[first] * factors.X;
        if (first + 1 < count)
            y[first + 1] = x[first + 1] * factors.Y;
        if (first + 2 < count)
            y[first + 2] = x[first + 2] * factors.Z;
        if (first + 3 < count)
            y[first + 3] = x[first + 3] * factors.W;
    }
}
