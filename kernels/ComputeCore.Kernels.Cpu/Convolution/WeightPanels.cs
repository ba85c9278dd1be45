using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// A convolution's weights as a micro-kernel's left operand, [outputs, depth]: depth in blocks of KC, each with a panel
/// [KC, MR] for every MR output channels.
/// </summary>
/// <param name="outputs">Output channels.</param>
/// <param name="depth">Products of each sum.</param>
/// <param name="kc">Depth of a block; the last one may be shorter.</param>
/// <param name="mr">Output channels of a panel.</param>
internal readonly unsafe struct WeightPanels(int outputs, int depth, int kc, int mr)
{
    /// <summary>Panels of a block.</summary>
    public int Count => Rounding.DivideUp(outputs, mr);

    /// <summary>Floats of all panels.</summary>
    public long Floats => (long)Count * mr * depth;

    /// <summary>Floats before a panel of the block that begins at <paramref name="k"/>.</summary>
    public nint Offset(int panel, int k) => ((nint)k * Count + panel * Math.Min(kc, depth - k)) * mr;

    /// <summary>The panels of one of so many parts.</summary>
    public (int Begin, int End) Part(int part, int parts) => ((int)((long)part * Count / parts), (int)((long)(part + 1) * Count / parts));

    /// <summary>Packs the weights.</summary>
    public void Pack(WorkerPool pool, MatrixPacker weights, float* packed) =>
        PlaneLoop.Run(pool, Count, mr * depth, new PackBody { Panels = this, Weights = weights, Packed = packed });

    private void Pack(MatrixPacker weights, int panel, float* packed)
    {
        for (var k = 0; k < depth; k += kc)
            weights.Pack(k, Math.Min(kc, depth - k), panel * mr, Math.Min(mr, outputs - panel * mr), mr, packed + Offset(panel, k));
    }

    private struct PackBody : IParallelBody
    {
        public WeightPanels Panels;
        public MatrixPacker Weights;
        public float* Packed;

        public readonly void Run(int panel, int worker) => Panels.Pack(Weights, panel, Packed);
    }
}
