using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// Sixteen neighbouring floats: a vector register of a processor, or two. They are read and written at constant distances from one
/// place, which is what a compiler needs to see that they are neighbours.
/// </summary>
internal struct Float16
{
    /// <summary>How many they are.</summary>
    public const int Count = 16;

    public Float4 A;
    public Float4 B;
    public Float4 C;
    public Float4 D;

    /// <summary>The elements from a place on.</summary>
    public static Float16 Load(ArrayView<float> view, int at)
    {
        var v = view.SubView(at, Count);
        Float16 values;
        values.A = new Float4(v[0], v[1], v[2], v[3]);
        values.B = new Float4(v[4], v[5], v[6], v[7]);
        values.C = new Float4(v[8], v[9], v[10], v[11]);
        values.D = new Float4(v[12], v[13], v[14], v[15]);
        return values;
    }

    /// <summary>The first <paramref name="count"/> of the elements, and zeros.</summary>
    public static Float16 Load(ArrayView<float> view, int at, int count) => Gather(view, at, 1, count);

    /// <summary>The elements at every <paramref name="step"/>th place.</summary>
    public static Float16 Gather(ArrayView<float> view, int at, int step)
    {
        Float16 values;
        values.A = GatherQuad(view, at, step);
        values.B = GatherQuad(view, at + 4 * step, step);
        values.C = GatherQuad(view, at + 8 * step, step);
        values.D = GatherQuad(view, at + 12 * step, step);
        return values;
    }

    /// <summary>The first <paramref name="count"/> of the elements at every <paramref name="step"/>th place, and zeros.</summary>
    public static Float16 Gather(ArrayView<float> view, int at, int step, int count)
    {
        Float16 values;
        values.A = GatherQuad(view, at, step, count);
        values.B = GatherQuad(view, at + 4 * step, step, count - 4);
        values.C = GatherQuad(view, at + 8 * step, step, count - 8);
        values.D = GatherQuad(view, at + 12 * step, step, count - 12);
        return values;
    }

    /// <summary>Sixteen times the same.</summary>
    public static Float16 All(float value)
    {
        Float16 values;
        values.A = new Float4(value, value, value, value);
        values.B = values.A;
        values.C = values.A;
        values.D = values.A;
        return values;
    }

    /// <summary>sum + factor · v.</summary>
    public static Float16 MultiplyAdd(float factor, Float16 v, Float16 sum)
    {
        sum.A = Float4.MultiplyAdd(factor, v.A, sum.A);
        sum.B = Float4.MultiplyAdd(factor, v.B, sum.B);
        sum.C = Float4.MultiplyAdd(factor, v.C, sum.C);
        sum.D = Float4.MultiplyAdd(factor, v.D, sum.D);
        return sum;
    }

    /// <summary>Writes the elements from a place on.</summary>
    public readonly void Store(ArrayView<float> view, int at)
    {
        var v = view.SubView(at, Count);
        v[0] = A.X;
        v[1] = A.Y;
        v[2] = A.Z;
        v[3] = A.W;
        v[4] = B.X;
        v[5] = B.Y;
        v[6] = B.Z;
        v[7] = B.W;
        v[8] = C.X;
        v[9] = C.Y;
        v[10] = C.Z;
        v[11] = C.W;
        v[12] = D.X;
        v[13] = D.Y;
        v[14] = D.Z;
        v[15] = D.W;
    }

    /// <summary>Writes the first <paramref name="count"/> elements, at least one; all of them if there are more.</summary>
    public readonly void Store(ArrayView<float> view, int at, int count)
    {
        if (count >= Count)
        {
            Store(view, at);
            return;
        }

        var v = view.SubView(at, count);
        StoreQuad(v, 0, count, A);
        StoreQuad(v, 4, count, B);
        StoreQuad(v, 8, count, C);
        StoreQuad(v, 12, count, D);
    }

    private static Float4 GatherQuad(ArrayView<float> view, int at, int step) =>
        new(view[at], view[at + step], view[at + 2 * step], view[at + 3 * step]);

    private static Float4 GatherQuad(ArrayView<float> view, int at, int step, int count) => new(
        Matrix.Element(view, at, count > 0),
        Matrix.Element(view, at + step, count > 1),
        Matrix.Element(view, at + 2 * step, count > 2),
        Matrix.Element(view, at + 3 * step, count > 3));

    private static void StoreQuad(ArrayView<float> view, int at, int count, Float4 quad)
    {
        if (count > at)
            view[at] = quad.X;
        if (count > at + 1)
            view[at + 1] = quad.Y;
        if (count > at + 2)
            view[at + 2] = quad.Z;
        if (count > at + 3)
            view[at + 3] = quad.W;
    }
}
