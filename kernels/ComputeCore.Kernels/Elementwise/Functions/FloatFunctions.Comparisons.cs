namespace ComputeCore.Kernels.Elementwise.Functions;

// Comparing with NaN is false but for NotEqual.
internal static partial class FloatFunctions
{
    [DeviceFunction]
    public static bool Equal(float a, float b) => a == b;

    [DeviceFunction]
    public static bool NotEqual(float a, float b) => a != b;

    [DeviceFunction]
    public static bool Less(float a, float b) => a < b;

    [DeviceFunction]
    public static bool LessOrEqual(float a, float b) => a <= b;

    [DeviceFunction]
    public static bool Greater(float a, float b) => a > b;

    [DeviceFunction]
    public static bool GreaterOrEqual(float a, float b) => a >= b;
}
