namespace ComputeCore.Kernels.Elementwise.Functions;

/// <summary>Functions of truth values, named as the operations that they compute for one element. True is greater than false.</summary>
internal static class BoolFunctions
{
    /// <summary>A truth value as it lies in memory.</summary>
    [DeviceFunction]
    public static byte ToByte(bool x) => x ? (byte)1 : (byte)0;

    /// <summary>A truth value as it is computed with.</summary>
    [DeviceFunction]
    public static bool FromByte(byte x) => x != 0;

    [DeviceFunction]
    public static bool LogicalAnd(bool a, bool b) => a & b;

    [DeviceFunction]
    public static bool LogicalOr(bool a, bool b) => a | b;

    [DeviceFunction]
    public static bool LogicalNot(bool x) => !x;

    [DeviceFunction]
    public static bool Equal(bool a, bool b) => a == b;

    [DeviceFunction]
    public static bool NotEqual(bool a, bool b) => a != b;

    [DeviceFunction]
    public static bool Less(bool a, bool b) => !a & b;

    [DeviceFunction]
    public static bool LessOrEqual(bool a, bool b) => !a | b;

    [DeviceFunction]
    public static bool Greater(bool a, bool b) => a & !b;

    [DeviceFunction]
    public static bool GreaterOrEqual(bool a, bool b) => a | !b;

    [DeviceFunction]
    public static bool Where(bool condition, bool a, bool b) => condition ? a : b;
}
