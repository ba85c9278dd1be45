using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>What is done to a sum before it is stored, so that it is not read again.</summary>
internal static class Epilogue
{
    /// <summary>Adds a bias, if there is one, and applies an activation. A NaN stays one.</summary>
    /// <param name="sum">The sum of products.</param>
    /// <param name="bias">The biases; any memory if there are none.</param>
    /// <param name="hasBias">Whether one is added.</param>
    /// <param name="index">Which.</param>
    /// <param name="activation">0 for none, 1 for relu, 2 for relu6.</param>
    public static float Apply(float sum, ArrayView<float> bias, bool hasBias, int index, int activation)
    {
        var value = hasBias ? sum + bias[index] : sum;
        return Activate(value, activation);
    }

    /// <summary>Adds a bias each and applies an activation. A NaN stays one.</summary>
    /// <param name="sum">Sums of products.</param>
    /// <param name="bias">Their biases; zeros if there are none.</param>
    /// <param name="activation">0 for none, 1 for relu, 2 for relu6.</param>
    public static Float16 Apply(Float16 sum, Float16 bias, int activation)
    {
        sum.A = Apply(sum.A, bias.A, activation);
        sum.B = Apply(sum.B, bias.B, activation);
        sum.C = Apply(sum.C, bias.C, activation);
        sum.D = Apply(sum.D, bias.D, activation);
        return sum;
    }

    private static Float4 Apply(Float4 sum, Float4 bias, int activation) =>
        new(Activate(sum.X + bias.X, activation), Activate(sum.Y + bias.Y, activation), Activate(sum.Z + bias.Z, activation), Activate(sum.W + bias.W, activation));

    /// <summary>The activation of a value: 0 for none, 1 for relu, 2 for relu6. A NaN stays one.</summary>
    public static float Activate(float value, int activation)
    {
        // Bounds and two selections: branches would keep compilers from making vectors of what leads here.
        var least = activation != 0 ? 0 : float.NegativeInfinity;
        var most = activation == 2 ? 6 : float.PositiveInfinity;
        value = value < least ? least : value;
        return value > most ? most : value;
    }
}
