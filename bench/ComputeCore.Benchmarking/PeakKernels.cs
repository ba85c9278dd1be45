using ComputeCore.Kernels;
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
        for (var step = 0; step < steps; step++)
        {
            a = Sixteen.Next(a, x, y);
            b = Sixteen.Next(b, x, y);
            c = Sixteen.Next(c, x, y);
            d = Sixteen.Next(d, x, y);
            e = Sixteen.Next(e, x, y);
            f = Sixteen.Next(f, x, y);
            g = Sixteen.Next(g, x, y);
            h = Sixteen.Next(h, x, y);
        }

        var quads = sinks.Cast<Quad>();
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

    private struct Quad
    {
        public float X;
        public float Y;
        public float Z;
        public float W;

        public static Quad From(float start)
        {
            Quad quad;
            quad.X = start;
            quad.Y = start + 0.25f;
            quad.Z = start + 0.5f;
            quad.W = start + 0.75f;
            return quad;
        }

        public static Quad Next(Quad v, float x, float y)
        {
            v.X = MathF.FusedMultiplyAdd(v.X, x, y);
            v.Y = MathF.FusedMultiplyAdd(v.Y, x, y);
            v.Z = MathF.FusedMultiplyAdd(v.Z, x, y);
            v.W = MathF.FusedMultiplyAdd(v.W, x, y);
            return v;
        }
    }

    private struct Sixteen
    {
        public Quad A;
        public Quad B;
        public Quad C;
        public Quad D;

        public static Sixteen From(float start)
        {
            Sixteen sixteen;
            sixteen.A = Quad.From(start);
            sixteen.B = Quad.From(start + 1);
            sixteen.C = Quad.From(start + 2);
            sixteen.D = Quad.From(start + 3);
            return sixteen;
        }

        public static Sixteen Next(Sixteen v, float x, float y)
        {
            v.A = Quad.Next(v.A, x, y);
            v.B = Quad.Next(v.B, x, y);
            v.C = Quad.Next(v.C, x, y);
            v.D = Quad.Next(v.D, x, y);
            return v;
        }

        public static void Store(Sixteen v, ArrayView<Quad> target, int at)
        {
            target[at] = v.A;
            target[at + 1] = v.B;
            target[at + 2] = v.C;
            target[at + 3] = v.D;
        }
    }
}
