namespace ComputeCore.Kernels.Elementwise.Functions;

/// <summary>Functions of 32-bit integers, named as the operations that they compute for one element. They wrap around.</summary>
internal static class Int32Functions
{
    [DeviceFunction]
    public static int Add(int a, int b) => unchecked(a + b);

    [DeviceFunction]
    public static int Subtract(int a, int b) => unchecked(a - b);

    [DeviceFunction]
    public static int Multiply(int a, int b) => unchecked(a * b);

    [DeviceFunction]
    public static int Minimum(int a, int b) => a < b ? a : b;

    [DeviceFunction]
    public static int Maximum(int a, int b) => a > b ? a : b;

    [DeviceFunction]
    public static int Negate(int x) => unchecked(-x);

    [DeviceFunction]
    public static int Abs(int x) => x < 0 ? unchecked(-x) : x;

    [DeviceFunction]
    public static bool Equal(int a, int b) => a == b;

    [DeviceFunction]
    public static bool NotEqual(int a, int b) => a != b;

    [DeviceFunction]
    public static bool Less(int a, int b) => a < b;

    [DeviceFunction]
    public static bool LessOrEqual(int a, int b) => a <= b;

    [DeviceFunction]
    public static bool Greater(int a, int b) => a > b;

    [DeviceFunction]
    public static bool GreaterOrEqual(int a, int b) => a >= b;

    [DeviceFunction]
    public static int Where(bool condition, int a, int b) => condition ? a : b;
}
