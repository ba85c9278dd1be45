using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Elementwise.Functions;

internal static partial class FloatFunctions
{
    [DeviceFunction]
    public static float Exp(float x) => DeviceMath.Exp(x);

    [DeviceFunction]
    public static float Log(float x) => DeviceMath.Log(x);

    [DeviceFunction]
    public static float Pow(float a, float b) => DeviceMath.Pow(a, b);

    [DeviceFunction]
    public static float PowConstant(float x, float exponent) => DeviceMath.Pow(x, exponent);

    [DeviceFunction]
    public static float Tanh(float x) => DeviceMath.Tanh(x);

    [DeviceFunction]
    public static float Sigmoid(float x) => DeviceMath.Sigmoid(x);

    [DeviceFunction]
    public static float Erf(float x) => DeviceMath.Erf(x);
}
