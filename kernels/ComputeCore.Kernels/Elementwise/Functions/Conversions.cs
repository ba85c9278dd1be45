using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Elementwise.Functions;

/// <summary>
/// Conversions between element types, named after both. Real numbers become integers by dropping their fraction, integers wrap
/// around, and anything but 0 becomes true.
/// </summary>
internal static class Conversions
{
    [DeviceFunction]
    public static int SingleToInt32(float x) => (int)x;

    [DeviceFunction]
    public static long SingleToInt64(float x) => (long)x;

    [DeviceFunction]
    public static byte SingleToByte(float x) => unchecked((byte)(int)x);

    [DeviceFunction]
    public static bool SingleToBoolean(float x) => (DeviceMath.Bits(x) & int.MaxValue) != 0;

    [DeviceFunction]
    public static float Int32ToSingle(int x) => x;

    [DeviceFunction]
    public static long Int32ToInt64(int x) => x;

    [DeviceFunction]
    public static byte Int32ToByte(int x) => unchecked((byte)x);

    [DeviceFunction]
    public static bool Int32ToBoolean(int x) => x != 0;

    [DeviceFunction]
    public static float Int64ToSingle(long x) => x;

    [DeviceFunction]
    public static int Int64ToInt32(long x) => unchecked((int)x);

    [DeviceFunction]
    public static byte Int64ToByte(long x) => unchecked((byte)x);

    [DeviceFunction]
    public static bool Int64ToBoolean(long x) => x != 0;

    [DeviceFunction]
    public static float ByteToSingle(byte x) => x;

    [DeviceFunction]
    public static int ByteToInt32(byte x) => x;

    [DeviceFunction]
    public static long ByteToInt64(byte x) => x;

    [DeviceFunction]
    public static bool ByteToBoolean(byte x) => x != 0;

    [DeviceFunction]
    public static float BooleanToSingle(bool x) => x ? 1f : 0f;

    [DeviceFunction]
    public static int BooleanToInt32(bool x) => x ? 1 : 0;

    [DeviceFunction]
    public static long BooleanToInt64(bool x) => x ? 1L : 0L;

    [DeviceFunction]
    public static byte BooleanToByte(bool x) => x ? (byte)1 : (byte)0;
}
