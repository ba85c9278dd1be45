using ComputeCore.Kernels;
using ILGPU;

namespace ComputeCore.Benchmarking;

/// <summary>
/// Multiply-adds in registers alone: 16 independent chains a work-item, so that the latency of one is hidden by the others.
/// 16 registers, no memory but one store at the end, 32 FLOPs a step.
/// </summary>
public static partial class PeakKernels
{
    /// <summary>Chains of a work-item.</summary>
    public const int Chains = 16;

    /// <summary>c = c x + y, many times over.</summary>
    [Kernel]
    public static void FusedMultiplyAdds(ArrayView<float> sinks, float x, float y, int steps)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        float a0 = x, a1 = y, a2 = x + y, a3 = x - y, a4 = x * y, a5 = x + i, a6 = y + i, a7 = x - i;
        float b0 = y - i, b1 = x + 1, b2 = y + 1, b3 = x + 2, b4 = y + 2, b5 = x + 3, b6 = y + 3, b7 = x + 4;
        for (var step = 0; step < steps; step++)
        {
            a0 = MathF.FusedMultiplyAdd(a0, x, y);
            a1 = MathF.FusedMultiplyAdd(a1, x, y);
            a2 = MathF.FusedMultiplyAdd(a2, x, y);
            a3 = MathF.FusedMultiplyAdd(a3, x, y);
            a4 = MathF.FusedMultiplyAdd(a4, x, y);
            a5 = MathF.FusedMultiplyAdd(a5, x, y);
            a6 = MathF.FusedMultiplyAdd(a6, x, y);
            a7 = MathF.FusedMultiplyAdd(a7, x, y);
            b0 = MathF.FusedMultiplyAdd(b0, x, y);
            b1 = MathF.FusedMultiplyAdd(b1, x, y);
            b2 = MathF.FusedMultiplyAdd(b2, x, y);
            b3 = MathF.FusedMultiplyAdd(b3, x, y);
            b4 = MathF.FusedMultiplyAdd(b4, x, y);
            b5 = MathF.FusedMultiplyAdd(b5, x, y);
            b6 = MathF.FusedMultiplyAdd(b6, x, y);
            b7 = MathF.FusedMultiplyAdd(b7, x, y);
        }

        sinks[i] = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7;
    }
}
