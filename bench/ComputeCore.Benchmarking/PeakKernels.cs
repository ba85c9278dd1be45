using ComputeCore.Kernels;
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Benchmarking;

/// <summary>
/// Multiply-adds in registers alone: 128 independent chains a work-item, so that the latency of one is hidden by the others. They are
/// stored side by side, by which a compiler for CPUs sees that they fill its vectors: eight of 16 floats, as many as two units of a
/// latency of four take. 128 registers, no memory but the stores at the end, 256 FLOPs a step.
/// </summary>
public static partial class PeakKernels
{
    /// <summary>Chains of a work-item.</summary>
    public const int Chains = 128;

    /// <summary>c = c x + y, many times over.</summary>
    [Kernel]
    public static void FusedMultiplyAdds(ArrayView<float> sinks, float x, float y, int steps)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        var a = Sixteen.From(i);
        var b = Sixteen.From(i + 1);
        var c = Sixteen.From(i + 2);
        var d = Sixteen.From(i + 3);
        var e = Sixteen.From(i + 4);
        var f = Sixteen.From(i + 5);
        var g = Sixteen.From(i + 6);
        var h = Sixteen.From(i + 7);
        var ys = new Float4(y, y, y, y);
        for (var step = 0; step < steps; step++)
        {
            a = Sixteen.Next(a, x, ys);
            b = Sixteen.Next(b, x, ys);
            c = Sixteen.Next(c, x, ys);
            d = Sixteen.Next(d, x, ys);
            e = Sixteen.Next(e, x, ys);
            f = Sixteen.Next(f, x, ys);
            g = Sixteen.Next(g, x, ys);
            h = Sixteen.Next(h, x, ys);
        }

        var quads = sinks.Cast<Float4>();
        var at = i * (Chains / 4);
        Sixteen.Store(a, quads, at);
        Sixteen.Store(b, quads, at + 4);
        Sixteen.Store(c, quads, at + 8);
        Sixteen.Store(d, quads, at + 12);
        Sixteen.Store(e, quads, at + 16);
        Sixteen.Store(f, quads, at + 20);
        Sixteen.Store(g, quads, at + 24);
        Sixteen.Store(h, quads, at + 28);
    }

    private struct Sixteen
    {
        public Float4 A;
        public Float4 B;
        public Float4 C;
        public Float4 D;

        public static Sixteen From(float start)
        {
            Sixteen sixteen;
            sixteen.A = Quarter(start);
            sixteen.B = Quarter(start + 1);
            sixteen.C = Quarter(start + 2);
            sixteen.D = Quarter(start + 3);
            return sixteen;
        }

        public static Sixteen Next(Sixteen v, float x, Float4 y)
        {
            v.A = Float4.MultiplyAdd(x, v.A, y);
            v.B = Float4.MultiplyAdd(x, v.B, y);
            v.C = Float4.MultiplyAdd(x, v.C, y);
            v.D = Float4.MultiplyAdd(x, v.D, y);
            return v;
        }

        public static void Store(Sixteen v, ArrayView<Float4> target, int at)
        {
            target[at] = v.A;
            target[at + 1] = v.B;
            target[at + 2] = v.C;
            target[at + 3] = v.D;
        }

        private static Float4 Quarter(float start) => new(start, start + 0.25f, start + 0.5f, start + 0.75f);
    }
}
