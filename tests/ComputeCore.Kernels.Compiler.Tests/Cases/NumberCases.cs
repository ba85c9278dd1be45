using System.Numerics;

namespace ComputeCore.Kernels.Compiler.Tests.Cases;

internal struct LongBits : ICase<int> { public readonly int Apply(int x, int y) { var a = (ulong)x * 0x123456789abcdUL ^ (uint)y; return BitOperations.PopCount(a) + 100 * BitOperations.LeadingZeroCount(a) + 10000 * BitOperations.TrailingZeroCount(a); } }
internal struct LongRotations : ICase<int> { public readonly int Apply(int x, int y) { var a = (ulong)x * 0x123456789abcdUL; a = BitOperations.RotateLeft(a, y) ^ BitOperations.RotateRight(a, 7); return (int)(a >> 32) ^ (int)a; } }
internal struct LongMinMax : ICase<int> { public readonly int Apply(int x, int y) { var a = (long)x * 1000; return (int)(Math.Min(a, y) >> 3) + (int)Math.Max(a, 5L) + (int)Math.Abs(a) + Math.Sign(a) + (int)Math.Clamp(a, -70000L, 70000L); } }
internal struct LongNegations : ICase<int> { public readonly int Apply(int x, int y) { var a = -((long)x * y); var b = ~a; return (int)(a >> 16) ^ (int)(b >> 5); } }
internal struct LongDivisions : ICase<int> { public readonly int Apply(int x, int y) { var a = (long)x * 0x10001 + y; var b = (long)(y | 1) * 77; var c = (ulong)a / 1000003; return (int)(a / (b == -1 ? 3 : b)) + (int)(a % 1234567) + (int)c + (int)((ulong)a % 97); } }
internal struct LongSteps : ICase<int> { public readonly int Apply(int x, int y) { var a = (long)x; a += y; a *= 3; a <<= 9; a ^= 0x5555555555; a++; a -= x; a |= 1; a >>= 3; --a; return (int)a ^ (int)(a >> 32); } }
internal struct LongsToSmall : ICase<int> { public readonly int Apply(int x, int y) { var a = (long)x * y + x; return (byte)a + 1000 * (sbyte)(a >> 3) + (short)((ulong)a >> 20) + (ushort)a; } }
internal struct LongSelections : ICase<int> { public readonly int Apply(int x, int y) { var a = x > y ? (long)x * 3 : y; var b = ((long)x * y) switch { < 0 => -1L, 0 => 7, > 1L << 40 => 1L << 41, _ => a }; return (int)(b >> 9) + (int)b; } }
internal struct LongArguments : ICase<int> { public readonly int Apply(int x, int y) { var s = 0L; Accumulate(ref s, x, (ulong)y); Accumulate(ref s, y, 5); return (int)(s >> 7); static void Accumulate(ref long sum, long a, ulong b) => sum += a * (long)b; } }
internal struct UnsignedLongShifts : ICase<int> { public readonly int Apply(int x, int y) { var a = (ulong)x; return (int)(a >> y) ^ (int)(a << (y & 63) >> 32) ^ (int)((long)a >>> 17); } }
internal struct UnsignedWraps : ICase<int> { public readonly int Apply(int x, int y) { var a = (uint)x; a -= 7; a *= 3; var b = (uint)-y; return a > b ? (int)(a - b) : (int)(a + b); } }
internal struct SmallShifts : ICase<int> { public readonly int Apply(int x, int y) { var a = (byte)x; a <<= 3; a >>= 1; var b = (sbyte)y; b >>= 2; b <<= 1; var c = (ushort)x; c >>>= 3; return a + 1000 * b + c; } }
internal struct CharacterSteps : ICase<int> { public readonly int Apply(int x, int y) { var c = (char)(x & 0xffff); c++; c += (char)2; return c - 'z' + (c is >= 'a' and <= 'z' ? 1000 : 0); } }
internal struct SmallEnums : ICase<int> { public readonly int Apply(int x, int y) { var e = (Small)(x & 255); e += 3; return e == Small.Second ? 7 : (int)e + (e > Small.First ? 1 : 0); } }
internal struct GenericSums : ICase<int> { public readonly int Apply(int x, int y) => Numbers.Sum(x, y, 3) + (int)Numbers.Sum((long)x, y, 4L) + (int)Numbers.Sum(x & 255, 0.5f, 1.5f) + Numbers.Count<int>(5); }

internal static class Numbers
{
    public static T Sum<T>(T a, T b, T c)
        where T : struct, INumber<T> => a + b * c - (a > b ? T.One : T.Zero);

    public static T Count<T>(int n)
        where T : struct, INumber<T>
    {
        var sum = T.Zero;
        for (var i = 0; i < n; i++)
            sum += T.One;
        return sum;
    }
}

internal struct RemainderFloat : ICase<float> { public readonly float Apply(float x, float y) => x % y; }
internal struct RemainderSmall : ICase<float> { public readonly float Apply(float x, float y) => x * 1e-38f % (y * 1e-40f); }
internal struct RemainderAssigned : ICase<float> { public readonly float Apply(float x, float y) { var a = x; a %= 3; a %= y; return a; } }
internal struct RemainderHalf : ICase<float> { public readonly float Apply(float x, float y) => (float)((Half)x % (Half)y); }
internal struct HalfRounding : ICase<float> { public readonly float Apply(float x, float y) => (float)(Half)(x * 1.0009766f) + (float)(Half)(y * 6e-8f); }
internal struct HalfProducts : ICase<float> { public readonly float Apply(float x, float y) { var h = (Half)x; h *= (Half)1.1f; h -= (Half)y; h /= (Half)3f; h++; return (float)h; } }
internal struct HalfOfDouble : ICase<float> { public readonly float Apply(float x, float y) => (float)(Half)(x * 1.00048828125 + y * 1e-12) + (float)(Half)(1 + Math.Abs((double)y) * 1e-20 + 1.0 / 2048); }
internal struct HalfBits : ICase<float> { public readonly float Apply(float x, float y) => float.IsNaN(x) ? 0 : BitConverter.HalfToUInt16Bits((Half)x) + (float)BitConverter.UInt16BitsToHalf((ushort)(BitConverter.SingleToInt32Bits(y) & 0x7bff)); }
internal struct HalfIntegers : ICase<float> { public readonly float Apply(float x, float y) => (int)(Half)x + (float)(Half)(int)y; }
internal struct RemainderSigns : ICase<float> { public readonly float Apply(float x, float y) => 1 / (x % y); }
internal struct MinSigns : ICase<float> { public readonly float Apply(float x, float y) => 1 / MathF.Min(x, y); }
internal struct MaxSigns : ICase<float> { public readonly float Apply(float x, float y) => 1 / MathF.Max(x, y); }
internal struct MinDoubleSigns : ICase<float> { public readonly float Apply(float x, float y) => (float)(1 / Math.Min((double)x, y)); }
internal struct MaxDoubleSigns : ICase<float> { public readonly float Apply(float x, float y) => (float)(1 / Math.Max((double)x, y)); }
internal struct MinDouble : ICase<float> { public readonly float Apply(float x, float y) => (float)Math.Min((double)x, y); }
internal struct MaxDouble : ICase<float> { public readonly float Apply(float x, float y) => (float)Math.Max((double)x, y); }
internal struct ClampFloat : ICase<float> { public readonly float Apply(float x, float y) => Math.Clamp(x, -2.5f, 7) + Math.Clamp(y, 0, 1e9f); }
internal struct CopiedDoubleSigns : ICase<float> { public readonly float Apply(float x, float y) => (float)Math.CopySign((double)x, y); }
internal struct Infinities : ICase<float> { public readonly float Apply(float x, float y) => (float.IsPositiveInfinity(x) ? 1 : 0) + (float.IsNegativeInfinity(x) ? 2 : 0) + (double.IsPositiveInfinity(y) ? 4 : 0) + (double.IsNaN(y) ? 8 : 0); }
internal struct DoubleRoundings : ICase<float> { public readonly float Apply(float x, float y) => (float)(Math.Floor(x * 1.5) + Math.Ceiling((double)y) * 0.5 + Math.Truncate(x * 0.1) + Math.Round(y * 0.5)); }
internal struct DoubleComparisons : ICase<float> { public readonly float Apply(float x, float y) { double a = x, b = y; return (a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a == b ? 4 : 0) + (a != b ? 8 : 0) + (!(a > b) ? 16 : 0); } }
internal struct DoubleConversions : ICase<float> { public readonly float Apply(float x, float y) => (float)(ulong)(double)x + (float)(uint)((double)y * 3) + (float)(short)(x is > -1e4f and < 1e4f ? (double)x : 0); }
internal struct GenericFloats : ICase<float> { public readonly float Apply(float x, float y) => Numbers.Sum(x, y, 0.5f) + Numbers.Count<float>(3) + (float)Numbers.Sum((double)x, 1, 2); }
