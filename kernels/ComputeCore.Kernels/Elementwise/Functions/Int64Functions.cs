namespace ComputeCore.Kernels.Elementwise.Functions;

/// <summary>Functions of 64-bit integers, named as the operations that they compute for one element. They wrap around.</summary>
internal static class Int64Functions
{
    [DeviceFunction]
    public static long Add(long a, long b) => unchecked(a + b);

    [DeviceFunction]
    public static long Subtract(long a, long b) => unchecked(a - b);

    [DeviceFunction]
    public static long Multiply(long a, long b) => unchecked(a * b);

    [DeviceFunction]
    public static long Minimum(long a, long b) => a < b ? a : b;

    [DeviceFunction]
    public static long Maximum(long a, long b) => a > b ? a : b;

    [DeviceFunction]
    public static long Negate(long x) => unchecked(-x);

    [DeviceFunction]
    public static long Abs(long x) => x < 0 ? unchecked(-x) : x;

    [DeviceFunction]
    public static bool Equal(long a, long b) => a == b;

    [DeviceFunction]
    public static bool NotEqual(long a, long b) => a != b;

    [DeviceFunction]
    public static bool Less(long a, long b) => a < b;

    [DeviceFunction]
    public static bool LessOrEqual(long a, long b) => a <= b;

    [DeviceFunction]
    public static bool Greater(long a, long b) => a > b;

    [DeviceFunction]
    public static bool GreaterOrEqual(long a, long b) => a >= b;

    [DeviceFunction]
    public static long Where(bool condition, long a, long b) => condition ? a : b;
}
