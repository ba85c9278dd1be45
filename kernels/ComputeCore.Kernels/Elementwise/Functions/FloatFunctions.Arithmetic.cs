using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Elementwise.Functions;

/// <summary>Functions of floats, named as the operations that they compute for one element.</summary>
internal static partial class FloatFunctions
{
    [DeviceFunction]
    public static float Add(float a, float b) => a + b;

    [DeviceFunction]
    public static float Subtract(float a, float b) => a - b;

    [DeviceFunction]
    public static float Multiply(float a, float b) => a * b;

    [DeviceFunction]
    public static float Divide(float a, float b) => a / b;

    /// <summary>The lesser value; NaN if either is.</summary>
    [DeviceFunction]
    public static float Minimum(float a, float b) => DeviceMath.Min(a, b);

    /// <summary>The greater value; NaN if either is.</summary>
    [DeviceFunction]
    public static float Maximum(float a, float b) => DeviceMath.Max(a, b);

    // Signs are changed in the bits: a denormal number stays what it is on devices that flush those in arithmetic.
    [DeviceFunction]
    public static float Negate(float x) => DeviceMath.FromBits(DeviceMath.Bits(x) ^ int.MinValue);

    [DeviceFunction]
    public static float Abs(float x) => DeviceMath.Abs(x);

    [DeviceFunction]
    public static float Square(float x) => x * x;

    [DeviceFunction]
    public static float Reciprocal(float x) => 1f / x;

    [DeviceFunction]
    public static float Sqrt(float x) => MathF.Sqrt(x);

    [DeviceFunction]
    public static float Rsqrt(float x) => 1f / MathF.Sqrt(x);

    [DeviceFunction]
    public static float Floor(float x) => MathF.Floor(x);

    /// <summary>-1, 0 or 1; 0 for NaN, as in PyTorch.</summary>
    [DeviceFunction]
    public static float Sign(float x) => x > 0f ? 1f : x < 0f ? -1f : 0f;

    /// <summary>x brought between two bounds; NaN stays NaN.</summary>
    [DeviceFunction]
    public static float Clamp(float x, float minimum, float maximum) => x < minimum ? minimum : x > maximum ? maximum : x;

    [DeviceFunction]
    public static float Where(bool condition, float a, float b) => condition ? a : b;
}
