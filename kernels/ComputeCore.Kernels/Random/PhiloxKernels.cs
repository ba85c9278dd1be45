// Tensors of random numbers; see Philox. A work-item makes one block: four elements.
using ILGPU;

namespace ComputeCore.Kernels.RandomNumbers;

/// <summary>Random numbers.</summary>
internal static partial class PhiloxKernels
{
    /// <summary>Elements that a work-item makes.</summary>
    public const int ElementsOfItem = 4;

    /// <summary>A dropout mask (Srivastava et al., "Dropout", 2014); see <see cref="Philox.Mask"/>.</summary>
    /// <param name="state">The seed, and the number of the run.</param>
    /// <param name="y">The mask.</param>
    /// <param name="stream">Which use of the generator this is.</param>
    /// <param name="rate">The probability of 0.</param>
    /// <param name="scale">1 / (1 - rate).</param>
    /// <param name="count">The mask's elements.</param>
    [Kernel]
    public static void DropoutMask(ArrayView<long> state, ArrayView<float> y, int stream, float rate, float scale, int count)
    {
        var block = FlatIndex.Get();
        var first = block * ElementsOfItem;
        if (block >= (count + ElementsOfItem - 1) / ElementsOfItem)
            return;
        var words = Philox.Block(state, stream, block);
        y[first] = Philox.Mask(words.W0, rate, scale);
        if (first + 1 < count)
            y[first + 1] = Philox.Mask(words.W1, rate, scale);
        if (first + 2 < count)
            y[first + 2] = Philox.Mask(words.W2, rate, scale);
        if (first + 3 < count)
            y[first + 3] = Philox.Mask(words.W3, rate, scale);
    }
}
