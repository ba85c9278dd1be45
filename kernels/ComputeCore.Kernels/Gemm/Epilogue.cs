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
        return Relu(value, relu);
    }

    /// <summary>Adds a bias each and applies relu, if asked for. A NaN stays one.</summary>
    /// <param name="sum">Sums of products.</param>
    /// <param name="bias">Their biases; zeros if there are none.</param>
    /// <param name="relu">1 for relu.</param>
    public static Float16 Apply(Float16 sum, Float16 bias, int relu)
    {
        sum.A = Apply(sum.A, bias.A, relu);
        sum.B = Apply(sum.B, bias.B, relu);
        sum.C = Apply(sum.C, bias.C, relu);
        sum.D = Apply(sum.D, bias.D, relu);
        return sum;
    }

    private static Float4 Apply(Float4 sum, Float4 bias, int relu) =>
        new(Relu(sum.X + bias.X, relu), Relu(sum.Y + bias.Y, relu), Relu(sum.Z + bias.Z, relu), Relu(sum.W + bias.W, relu));

    private static float Relu(float value, int relu) => relu != 0 && value < 0 ? 0 : value;
}
