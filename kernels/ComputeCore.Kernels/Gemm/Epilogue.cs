using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>What is done to a sum before it is stored, so that it is not read again.</summary>
internal static class Epilogue
{
    /// <summary>Adds a bias, if there is one, and applies relu, if asked for. A NaN stays one.</summary>
    /// <param name="sum">The sum of products.</param>
    /// <param name="bias">The biases; any memory if there are none.</param>
    /// <param name="hasBias">Whether one is added.</param>
    /// <param name="index">Which.</param>
    /// <param name="relu">1 for relu.</param>
    public static float Apply(float sum, ArrayView<float> bias, bool hasBias, int index, int relu)
    {
        var value = hasBias ? sum + bias[index] : sum;
        return relu != 0 && value < 0 ? 0 : value;
    }
}
