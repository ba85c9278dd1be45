using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// The sums of one work-item over panels: 8 lines by 16. 16 vectors of 8 floats, or 8 of 16, so that all of them stay in a processor's
/// registers: 256 FLOPs for each 24 floats read.
/// </summary>
internal struct PanelSums
{
    /// <summary>Lines of a left panel.</summary>
    public const int Rows = 8;

    /// <summary>Lines of a right panel.</summary>
    public const int Columns = Float16.Count;

    public Float16 Row0;
    public Float16 Row1;
    public Float16 Row2;
    public Float16 Row3;
    public Float16 Row4;
    public Float16 Row5;
    public Float16 Row6;
    public Float16 Row7;

    /// <summary>Adds the product of the eight elements of a left panel at one depth and the right's sixteen.</summary>
    public static PanelSums Step(PanelSums sums, ArrayView<float> left, int at, Float16 right)
    {
        var factors = left.SubView(at, Rows);
        sums.Row0 = Float16.MultiplyAdd(factors[0], right, sums.Row0);
        sums.Row1 = Float16.MultiplyAdd(factors[1], right, sums.Row1);
        sums.Row2 = Float16.MultiplyAdd(factors[2], right, sums.Row2);
        sums.Row3 = Float16.MultiplyAdd(factors[3], right, sums.Row3);
        sums.Row4 = Float16.MultiplyAdd(factors[4], right, sums.Row4);
        sums.Row5 = Float16.MultiplyAdd(factors[5], right, sums.Row5);
        sums.Row6 = Float16.MultiplyAdd(factors[6], right, sums.Row6);
        sums.Row7 = Float16.MultiplyAdd(factors[7], right, sums.Row7);
        return sums;
    }
}
