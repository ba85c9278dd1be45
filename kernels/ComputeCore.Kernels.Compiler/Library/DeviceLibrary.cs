// What C# computes and no instruction of SPIR-V does. This text is not part of the generator: kernels that need a function of it
// get it compiled in, as if it stood in their project.
using System;
using System.Numerics;

namespace ComputeCore.Kernels.Library;

internal static class DeviceLibrary
{
    private const uint SignBit = 0x80000000;
    private const uint InfinityBits = 0x7f800000;
    private const uint HiddenBit = 0x00800000;

    /// <summary>x % y, exactly: long division of the mantissas, eight bits at a time.</summary>
    public static float Remainder(float x, float y)
    {
        var bits = BitConverter.SingleToUInt32Bits(x);
        var a = bits & ~SignBit;
        var b = BitConverter.SingleToUInt32Bits(y) & ~SignBit;
        if (a >= InfinityBits || b == 0 || b > InfinityBits)
            return float.NaN;
        if (a < b)
            return x;

        // Denormal numbers have the exponent 1, but no hidden bit.
        var exponent = a >= HiddenBit ? (int)(a >> 23) : 1;
        var last = b >= HiddenBit ? (int)(b >> 23) : 1;
        var rest = a >= HiddenBit ? a & (HiddenBit - 1) | HiddenBit : a;
        var divisor = b >= HiddenBit ? b & (HiddenBit - 1) | HiddenBit : b;
        rest %= divisor;
        while (exponent > last)
        {
            var step = exponent - last < 8 ? exponent - last : 8;
            rest = (rest << step) % divisor;
            exponent -= step;
        }

        if (rest == 0)
            return BitConverter.UInt32BitsToSingle(bits & SignBit);
        var shift = BitOperations.LeadingZeroCount(rest) - 8;
        shift = shift < last - 1 ? shift : last - 1;
        // The hidden bit of a normal number adds one to the exponent.
        return BitConverter.UInt32BitsToSingle(((rest << shift) + ((uint)(last - 1 - shift) << 23)) | bits & SignBit);
    }

    /// <summary>The half nearest to x, of two the even one.</summary>
    public static float RoundToHalf(float x)
    {
        const uint largestBeforeInfinity = 0x477fefff, smallestNormal = 0x38800000;
        var bits = BitConverter.SingleToUInt32Bits(x);
        var sign = bits & SignBit;
        bits &= ~SignBit;
        if (bits > InfinityBits)
            return x;
        if (bits > largestBeforeInfinity)
            bits = InfinityBits;
        else if (bits >= smallestNormal)
            bits = bits + 0xfff + (bits >> 13 & 1) & ~0x1fffu;
        else // the distance of floats beside 0.5 is that of denormal halves
            bits = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(bits) + 0.5f - 0.5f);
        return BitConverter.UInt32BitsToSingle(bits | sign);
    }

    /// <summary>The half nearest to x. The float in between is rounded to odd, so that nothing is rounded twice.</summary>
    public static float RoundDoubleToHalf(double x)
    {
        var near = (float)x;
        var bits = BitConverter.SingleToUInt32Bits(near);
        var magnitude = x < 0 ? -x : x;
        var nearMagnitude = near < 0 ? -(double)near : near;
        if (magnitude != nearMagnitude && magnitude < 65536 && (bits & 1) == 0)
            bits = nearMagnitude < magnitude ? bits + 1 : bits - 1;
        return RoundToHalf(BitConverter.UInt32BitsToSingle(bits));
    }

    /// <summary>The integer nearest to x, of two the even one: beyond 2^52 there are only integers.</summary>
    public static double RoundToEven(double x)
    {
        const double integersOnly = 4503599627370496;
        var magnitude = x < 0 ? -x : x;
        return magnitude < integersOnly ? CopySign(magnitude + integersOnly - integersOnly, x) : x;
    }

    public static int PopCount(ulong value) => BitOperations.PopCount((uint)value) + BitOperations.PopCount((uint)(value >> 32));

    public static int LeadingZeroCount(ulong value) =>
        value >> 32 != 0 ? BitOperations.LeadingZeroCount((uint)(value >> 32)) : 32 + BitOperations.LeadingZeroCount((uint)value);

    public static int TrailingZeroCount(ulong value) =>
        (uint)value != 0 ? BitOperations.TrailingZeroCount((uint)value) : 32 + BitOperations.TrailingZeroCount((uint)(value >> 32));

    public static ulong RotateLeft(ulong value, int offset) => value << offset | value >> -offset;

    public static ulong RotateRight(ulong value, int offset) => value >> offset | value << -offset;

    public static double CopySign(double x, double sign) => BitConverter.Int64BitsToDouble(
        BitConverter.DoubleToInt64Bits(x) & long.MaxValue | BitConverter.DoubleToInt64Bits(sign) & long.MinValue);
}
