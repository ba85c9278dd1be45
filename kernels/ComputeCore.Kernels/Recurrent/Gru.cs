// The pointwise part of a GRU (Cho et al., 2014), as PyTorch defines it: from the products of the input and of the hidden state
// with the weights, each [batch, 3 hidden] in the order r, z, n,
//   r = σ(rx + rh),   z = σ(zx + zh),   n = tanh(nx + r nh),   h' = (1 − z) n + z h
// A work-item per hidden unit; neighbours read and write side by side. Bytes: 48 per unit forward, 52 backward.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Recurrent;

/// <summary>The pointwise part of a GRU's step.</summary>
internal static partial class Gru
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>h', and r, z, n and nh [batch, 4 hidden], which the gradient needs.</summary>
    [Kernel]
    public static void Forward(
        ArrayView<float> inputGates, ArrayView<float> hiddenGates, ArrayView<float> h, ArrayView<float> newH, ArrayView<float> gates, int batch, int hidden)
    {
        var index = Grid.IdxX * Group.DimX + Group.IdxX;
        if (index >= batch * hidden)
            return;
        var first = index / hidden * 3 * hidden + index % hidden;
        var r = DeviceMath.Sigmoid(inputGates[first] + hiddenGates[first]);
        var z = DeviceMath.Sigmoid(inputGates[first + hidden] + hiddenGates[first + hidden]);
        var product = hiddenGates[first + 2 * hidden];
        var n = DeviceMath.Tanh(MathF.FusedMultiplyAdd(r, product, inputGates[first + 2 * hidden]));
        newH[index] = MathF.FusedMultiplyAdd(z, h[index] - n, n);
        var kept = index / hidden * 4 * hidden + index % hidden;
        gates[kept] = r;
        gates[kept + hidden] = z;
        gates[kept + 2 * hidden] = n;
        gates[kept + 3 * hidden] = product;
    }

    /// <summary>The gradients at the two products, and at h by way of h' alone, from that at h'.</summary>
    [Kernel]
    public static void Backward(
        ArrayView<float> gates,
        ArrayView<float> h,
        ArrayView<float> dNewH,
        ArrayView<float> dInputGates,
        ArrayView<float> dHiddenGates,
        ArrayView<float> dh,
        int batch,
        int hidden)
    {
        var index = Grid.IdxX * Group.DimX + Group.IdxX;
        if (index >= batch * hidden)
            return;
        var kept = index / hidden * 4 * hidden + index % hidden;
        var r = gates[kept];
        var z = gates[kept + hidden];
        var n = gates[kept + 2 * hidden];
        var product = gates[kept + 3 * hidden];
        var gradient = dNewH[index];
        var dn = gradient * (1 - z) * (1 - n * n);
        var dz = gradient * (h[index] - n) * z * (1 - z);
        var dr = dn * product * r * (1 - r);
        var first = index / hidden * 3 * hidden + index % hidden;
        dInputGates[first] = dr;
        dInputGates[first + hidden] = dz;
        dInputGates[first + 2 * hidden] = dn;
        dHiddenGates[first] = dr;
        dHiddenGates[first + hidden] = dz;
        dHiddenGates[first + 2 * hidden] = dn * r;
        dh[index] = gradient * z;
    }
}
