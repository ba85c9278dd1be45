// The pointwise part of an LSTM (Hochreiter, Schmidhuber, 1997; forget gates by Gers et al., 2000), as PyTorch defines it: from
// the products of the input and of the hidden state with the weights, each [batch, 4 hidden] in the order i, f, g, o,
//   i = σ(i), f = σ(f), g = tanh(g), o = σ(o),   c' = f c + i g,   h' = o tanh(c')
// A work-item per hidden unit; neighbours read and write side by side. Bytes: 60 per unit forward, 48 backward.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Recurrent;

/// <summary>The pointwise part of an LSTM's step.</summary>
internal static partial class Lstm
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>h' and c', and the gates' values, which the gradient needs.</summary>
    [Kernel]
    public static void Forward(
        ArrayView<float> inputGates,
        ArrayView<float> hiddenGates,
        ArrayView<float> c,
        ArrayView<float> newH,
        ArrayView<float> newC,
        ArrayView<float> gates,
        int batch,
        int hidden)
    {
        var index = Grid.IdxX * Group.DimX + Group.IdxX;
        if (index >= batch * hidden)
            return;
        var first = index / hidden * 4 * hidden + index % hidden;
        var i = DeviceMath.Sigmoid(inputGates[first] + hiddenGates[first]);
        var f = DeviceMath.Sigmoid(inputGates[first + hidden] + hiddenGates[first + hidden]);
        var g = DeviceMath.Tanh(inputGates[first + 2 * hidden] + hiddenGates[first + 2 * hidden]);
        var o = DeviceMath.Sigmoid(inputGates[first + 3 * hidden] + hiddenGates[first + 3 * hidden]);
        var cell = MathF.FusedMultiplyAdd(f, c[index], i * g);
        newC[index] = cell;
        newH[index] = o * DeviceMath.Tanh(cell);
        gates[first] = i;
        gates[first + hidden] = f;
        gates[first + 2 * hidden] = g;
        gates[first + 3 * hidden] = o;
    }

    /// <summary>The gradient at either product, and at c, from those at h' and c'.</summary>
    [Kernel]
    public static void Backward(
        ArrayView<float> gates,
        ArrayView<float> c,
        ArrayView<float> newC,
        ArrayView<float> dNewH,
        ArrayView<float> dNewC,
        ArrayView<float> dGates,
        ArrayView<float> dc,
        int batch,
        int hidden)
    {
        var index = Grid.IdxX * Group.DimX + Group.IdxX;
        if (index >= batch * hidden)
            return;
        var first = index / hidden * 4 * hidden + index % hidden;
        var i = gates[first];
        var f = gates[first + hidden];
        var g = gates[first + 2 * hidden];
        var o = gates[first + 3 * hidden];
        var squashed = DeviceMath.Tanh(newC[index]);
        var dh = dNewH[index];
        var cell = MathF.FusedMultiplyAdd(dh * o, 1 - squashed * squashed, dNewC[index]);
        dGates[first] = cell * g * i * (1 - i);
        dGates[first + hidden] = cell * c[index] * f * (1 - f);
        dGates[first + 2 * hidden] = cell * i * (1 - g * g);
        dGates[first + 3 * hidden] = dh * squashed * o * (1 - o);
        dc[index] = cell * f;
    }
}
