namespace ComputeCore.Kernels.Elementwise.Functions;

/// <summary>Functions of bytes, named as the operations that they compute for one element. They wrap around.</summary>
internal static class UInt8Functions
{
    [DeviceFunction]
    public static byte Add(byte a, byte b) => unchecked((byte)(a + b));

    [DeviceFunction]
    public static byte Subtract(byte a, byte b) => unchecked((byte)(a - b));

    [DeviceFunction]
    public static byte Multiply(byte a, byte b) => unchecked((byte)(a * b));

    [DeviceFunction]
    public static byte Minimum(byte a, byte b) => a < b ? a : b;

    [DeviceFunction]
    public static byte Maximum(byte a, byte b) => a > b ? a : b;

    [DeviceFunction]
    public static byte Negate(byte x) => unchecked((byte)-x);

    [DeviceFunction]
    public static byte Abs(byte x) => x;

    [DeviceFunction]
    public static bool Equal(byte a, byte b) => a == b;

    [DeviceFunction]
    public static bool NotEqual(byte a, byte b) => a != b;

    [DeviceFunction]
    public static bool Less(byte a, byte b) => a < b;

    [DeviceFunction]
    public static bool LessOrEqual(byte a, byte b) => a <= b;

    [DeviceFunction]
    public static bool Greater(byte a, byte b) => a > b;

    [DeviceFunction]
    public static bool GreaterOrEqual(byte a, byte b) => a >= b;

    [DeviceFunction]
    public static byte Where(bool condition, byte a, byte b) => condition ? a : b;
}
