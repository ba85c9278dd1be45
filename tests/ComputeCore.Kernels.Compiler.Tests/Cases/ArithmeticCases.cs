namespace ComputeCore.Kernels.Compiler.Tests.Cases;

internal struct AddInt : ICase<int> { public readonly int Apply(int x, int y) => x + y; }
internal struct SubtractInt : ICase<int> { public readonly int Apply(int x, int y) => x - y; }
internal struct MultiplyInt : ICase<int> { public readonly int Apply(int x, int y) => x * y; }
internal struct DivideInt : ICase<int> { public readonly int Apply(int x, int y) => x / (y == 0 || y == -1 ? 3 : y); }
internal struct RemainderInt : ICase<int> { public readonly int Apply(int x, int y) => x % (y == 0 || y == -1 ? 7 : y); }
internal struct NegateInt : ICase<int> { public readonly int Apply(int x, int y) => -x; }
internal struct ComplementInt : ICase<int> { public readonly int Apply(int x, int y) => ~x; }
internal struct ShiftLeftInt : ICase<int> { public readonly int Apply(int x, int y) => x << y; }
internal struct ShiftRightInt : ICase<int> { public readonly int Apply(int x, int y) => x >> y; }
internal struct ShiftRightLogicalInt : ICase<int> { public readonly int Apply(int x, int y) => x >>> y; }
internal struct BitwiseInt : ICase<int> { public readonly int Apply(int x, int y) => (x & y) ^ (x | 0x55) ^ (y & ~x); }
internal struct CompareInt : ICase<int> { public readonly int Apply(int x, int y) => (x < y ? 1 : 0) + (x <= y ? 2 : 0) + (x > y ? 4 : 0) + (x >= y ? 8 : 0) + (x == y ? 16 : 0) + (x != y ? 32 : 0); }
internal struct DivideUnsigned : ICase<int> { public readonly int Apply(int x, int y) => (int)((uint)x / (y == 0 ? 5u : (uint)y)); }
internal struct RemainderUnsigned : ICase<int> { public readonly int Apply(int x, int y) => (int)((uint)x % (y == 0 ? 5u : (uint)y)); }
internal struct CompareUnsigned : ICase<int> { public readonly int Apply(int x, int y) => ((uint)x < (uint)y ? 1 : 0) + ((uint)x >= (uint)y ? 2 : 0); }
internal struct ShiftUnsigned : ICase<int> { public readonly int Apply(int x, int y) => (int)((uint)x >> y); }
internal struct Bytes : ICase<int> { public readonly int Apply(int x, int y) { var a = (byte)x; var b = (sbyte)y; a += 200; b -= 100; a++; return a * 1000 + b; } }
internal struct Shorts : ICase<int> { public readonly int Apply(int x, int y) { var a = (short)x; var b = (ushort)y; a *= 3; b >>= 2; b--; return a + b; } }
internal struct Characters : ICase<int> { public readonly int Apply(int x, int y) { var c = (char)x; return c >= 'a' && c <= 'z' ? c - 'a' : c + 'A'; } }
internal struct SmallComparisons : ICase<int> { public readonly int Apply(int x, int y) => ((sbyte)x < (sbyte)y ? 1 : 0) + ((byte)x < (byte)y ? 2 : 0) + ((short)x < (short)y ? 4 : 0) + ((ushort)x < (ushort)y ? 8 : 0); }
internal struct CompoundAssignments : ICase<int> { public readonly int Apply(int x, int y) { var r = x; r += y; r -= 3; r *= 5; r ^= y; r |= 1; r &= 0x7ffffff; r <<= 2; r >>= 1; r /= 3; r %= 1001; return r; } }
internal struct Increments : ICase<int> { public readonly int Apply(int x, int y) { var i = x & 15; var a = i++ + ++i; var b = i-- - --i; return a * 100 + b + i; } }
internal struct MinMaxInt : ICase<int> { public readonly int Apply(int x, int y) => Math.Min(x, y) - Math.Max(x, 7) + Math.Abs(x >> 1) + Math.Clamp(y, -5, 5) + Math.Sign(x); }
internal struct MinMaxUnsigned : ICase<int> { public readonly int Apply(int x, int y) => (int)(Math.Min((uint)x, (uint)y) + Math.Max((uint)x, 9u)); }
internal struct PopCounts : ICase<int> { public readonly int Apply(int x, int y) => System.Numerics.BitOperations.PopCount((uint)x) + 100 * System.Numerics.BitOperations.LeadingZeroCount((uint)y) + 10000 * System.Numerics.BitOperations.TrailingZeroCount(x); }
internal struct Rotations : ICase<int> { public readonly int Apply(int x, int y) => (int)(System.Numerics.BitOperations.RotateLeft((uint)x, y) ^ System.Numerics.BitOperations.RotateRight((uint)y, x)); }
internal struct LongArithmetic : ICase<int> { public readonly int Apply(int x, int y) { var a = (long)x * y + 12345678901L; a ^= a >> 33; a %= 1000003; return (int)a; } }
internal struct UnsignedLongs : ICase<int> { public readonly int Apply(int x, int y) { var a = (ulong)(uint)x * (uint)y; return (int)(a >> 32) ^ (int)a ^ (int)(a / 7 % 100); } }
internal struct LongComparisons : ICase<int> { public readonly int Apply(int x, int y) => ((long)x < y ? 1 : 0) + ((long)x + int.MaxValue > y ? 2 : 0) + ((ulong)x > (ulong)y ? 4 : 0) + (x < 5L ? 8 : 0); }
internal struct LongShifts : ICase<int> { public readonly int Apply(int x, int y) { var a = (long)x << y; var b = ((long)x << 20) >> (y & 31); return (int)(a >> 40) + (int)b; } }
internal struct BigProducts : ICase<int> { public readonly int Apply(int x, int y) => (int)(Math.BigMul(x, y) >> 32); }
internal struct EnumArithmetic : ICase<int> { public readonly int Apply(int x, int y) { var c = (Colour)(x & 3); c |= Colour.Blue; return c == Colour.Violet ? (int)c + 10 : (int)(c ^ Colour.Red) + (byte)Small.Second; } }
internal struct Constants : ICase<int> { private const int Seven = 7; public readonly int Apply(int x, int y) => x * Seven + Limits.Most + (int)Limits.Least + sizeof(long); }
internal struct Booleans : ICase<int> { public readonly int Apply(int x, int y) { var a = x > 0; var b = y > 0; var c = a & b | a ^ b; c ^= true; c |= x == 3; c &= y != 9; return (c ? 1 : 0) + (a == b ? 2 : 0) + (!a ? 4 : 0) + (a != c ? 8 : 0); } }

[Flags]
internal enum Colour { None, Red, Blue, Violet = Red | Blue }

internal enum Small : byte { First, Second = 200 }

internal static class Limits
{
    public const int Most = 1 << 20;
    public const float Least = -2.5f;
}

internal struct AddFloat : ICase<float> { public readonly float Apply(float x, float y) => x + y; }
internal struct SubtractFloat : ICase<float> { public readonly float Apply(float x, float y) => x - y; }
internal struct MultiplyFloat : ICase<float> { public readonly float Apply(float x, float y) => x * y; }
internal struct DivideFloat : ICase<float> { public readonly float Apply(float x, float y) => x / y; }
internal struct NegateFloat : ICase<float> { public readonly float Apply(float x, float y) => -x; }
internal struct NotContracted : ICase<float> { public readonly float Apply(float x, float y) => x * y - x * y + (x * 1.0000001f + y); }
internal struct CompareFloat : ICase<float> { public readonly float Apply(float x, float y) => (x < y ? 1 : 0) + (x <= y ? 2 : 0) + (x > y ? 4 : 0) + (x >= y ? 8 : 0) + (x == y ? 16 : 0) + (x != y ? 32 : 0); }
internal struct NegatedCompareFloat : ICase<float> { public readonly float Apply(float x, float y) => (!(x < y) ? 1 : 0) + (!(x >= y) ? 2 : 0) + (!(x == y) ? 4 : 0); }
internal struct FloatToInt : ICase<float> { public readonly float Apply(float x, float y) => (int)x; }
internal struct FloatToUnsigned : ICase<float> { public readonly float Apply(float x, float y) => (uint)x; }
internal struct FloatToLong : ICase<float> { public readonly float Apply(float x, float y) => (long)x; }
internal struct FloatToUnsignedLong : ICase<float> { public readonly float Apply(float x, float y) => (ulong)x; }
internal struct FloatToByte : ICase<float> { public readonly float Apply(float x, float y) => float.IsFinite(x) && x is > -1000 and < 1000 ? (byte)x + (sbyte)x * 256f + (short)x : 0; }
internal struct IntToFloat : ICase<float> { public readonly float Apply(float x, float y) => (float)BitConverter.SingleToInt32Bits(x) + (float)BitConverter.SingleToUInt32Bits(y); }
internal struct LongToFloat : ICase<float> { public readonly float Apply(float x, float y) => (float)((long)BitConverter.SingleToInt32Bits(x) * 3); }
internal struct Reinterpreted : ICase<float> { public readonly float Apply(float x, float y) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(x) & 0x7fffff00); }
internal struct MinFloat : ICase<float> { public readonly float Apply(float x, float y) => Math.Min(x, y); }
internal struct MaxFloat : ICase<float> { public readonly float Apply(float x, float y) => MathF.Max(x, y); }
internal struct Roots : ICase<float> { public readonly float Apply(float x, float y) => MathF.Sqrt(MathF.Abs(x)); }
internal struct Roundings : ICase<float> { public readonly float Apply(float x, float y) => MathF.Floor(x) + MathF.Ceiling(y) * 0.5f + MathF.Truncate(x) + MathF.Round(y); }
internal struct Classes : ICase<float> { public readonly float Apply(float x, float y) => (float.IsNaN(x) ? 1 : 0) + (float.IsInfinity(y) ? 2 : 0) + (float.IsFinite(x) ? 4 : 0); }
internal struct CopiedSigns : ICase<float> { public readonly float Apply(float x, float y) => MathF.CopySign(x, y); }
internal struct FloatSteps : ICase<float> { public readonly float Apply(float x, float y) { var a = x; a++; a -= y; --a; a *= 0.5f; a /= 3f; return a; } }
internal struct Doubles : ICase<float> { public readonly float Apply(float x, float y) { var d = (double)x * y + 1e-3; d = Math.Sqrt(Math.Abs(d)); return (float)(d - (float)d + x); } }
internal struct DoubleToInt : ICase<float> { public readonly float Apply(float x, float y) => (int)((double)x * 2) - (long)((double)y * 2); }
internal struct MathConstants : ICase<float> { public readonly float Apply(float x, float y) => x > y ? MathF.PI : float.Epsilon > 0 ? float.MaxValue : 1e-20f; }
internal struct Halves : ICase<float> { public readonly float Apply(float x, float y) { var h = (Half)x; var k = (Half)y; return (float)(h + k) + (h < k ? 1 : 2) + (float)(Half)0.1f; } }
