using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Mathematics;

/// <summary>A function on [0, ∞) by a polynomial for each of sixteen pieces.</summary>
internal interface IPiecewisePolynomial
{
    /// <summary>The polynomials' degree, 5 or 6.</summary>
    static abstract int Degree { get; }

    /// <summary>Whether its value at infinity is zero, as the limit is, or NaN, as what its definition multiplies there.</summary>
    static abstract bool IsZeroAtInfinity { get; }

    /// <summary>The coefficients of a power, that of piece k in lane k.</summary>
    static abstract Vector512<float> Coefficients(int power);
}
