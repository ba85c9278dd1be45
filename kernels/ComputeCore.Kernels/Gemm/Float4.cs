namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// Four neighbouring floats. An aligned view of them is read and written 16 bytes at a time, and its fields live in registers.
/// </summary>
internal struct Float4
{
    public float X;
    public float Y;
    public float Z;
    public float W;

    public Float4(float x, float y, float z, float w)
    {
        X = x;
        Y = y;
        Z = z;
        W = w;
    }

    /// <summary>sum + factor · v.</summary>
    public static Float4 MultiplyAdd(float factor, Float4 v, Float4 sum) => new(
        MathF.FusedMultiplyAdd(factor, v.X, sum.X),
        MathF.FusedMultiplyAdd(factor, v.Y, sum.Y),
        MathF.FusedMultiplyAdd(factor, v.Z, sum.Z),
        MathF.FusedMultiplyAdd(factor, v.W, sum.W));
}
