using Couple = (int First, int Second);

namespace ComputeCore.Kernels.Compiler.Tests.Cases;

internal interface IShape
{
    int Width { get; }
    int Height => Width / 2;
    int Area() => Width * Height + Border(2);
    int Border(int n) => n;
    static virtual int Corners => 4;
    static virtual int Twice(int x) => 2 * x;
}

internal interface ICounter
{
    int Count { get; set; }
    int Next() { Count += 3; return Count; }
}

internal struct Square : IShape { public int Side; public readonly int Width => Side; public readonly int Height => Side; public static int Corners => 40; }
internal struct Oblong : IShape { public int Width { get; set; } public readonly int Border(int n) => n * 7; }
internal struct Counter : ICounter { public int Count { get; set; } }
internal struct Split { public int Value; public readonly void Deconstruct(out int high, out int low) { high = Value >> 8; low = Value & 255; } }
internal readonly record struct Measure(float Value, int Unit);

internal static class Language
{
    public static readonly int Base = 12;
    public static readonly float Ratio = 1.5f * Base;
    public static readonly Twin Origin = new() { A = 3, B = Base + 1 };
    private static readonly int Hidden = Limits.Most / 3;

    public static int Secret => Hidden + 1;

    public static void Deconstruct(this Twin twin, out int sum, out float half) { sum = twin.A + twin.B; half = twin.A * 0.5f; }
    public static int Describe<T>(T shape) where T : struct, IShape => shape.Area() * 10 + shape.Height + T.Corners + T.Twice(shape.Width);
    public static int Advance<T>(T counter) where T : struct, ICounter => counter.Next() + counter.Next();
    public static bool TryHalve(int x, out int half) { half = x / 2; return (x & 1) == 0; }
    public static int Sum(Couple pair) => pair.First + pair.Second;
    public static int Outer(ref int x) { Inner(ref x); return x; static void Inner(ref int v) { v += 2; v *= 3; } }
}

internal struct DefaultMethods : ICase<int> { public readonly int Apply(int x, int y) => Language.Describe(new Square { Side = x & 255 }) + Language.Describe(new Oblong { Width = y & 1023 }); }
internal struct DefaultMethodsOnCopies : ICase<int> { public readonly int Apply(int x, int y) => Language.Advance(new Counter { Count = x }) - y; }
internal struct DeconstructMethods : ICase<int> { public readonly int Apply(int x, int y) { var (high, low) = new Split { Value = x }; int h; (h, _) = new Split { Value = y }; return high * 3 + low - h; } }
internal struct DeconstructRecords : ICase<int> { public readonly int Apply(int x, int y) { var (a, b) = new Point(x, y); var (_, c) = new Point(y, 5); return a * 2 - b + c; } }
internal struct DeconstructExtensions : ICase<int> { public readonly int Apply(int x, int y) { var (sum, half) = new Twin { A = x & 255, B = y }; return sum + (int)half; } }
internal struct DeconstructPatterns : ICase<int> { public readonly int Apply(int x, int y) => new Split { Value = x } is (> 3, var low) && low > 7 ? low : new Point(x, y) is (0, _) or (_, 0) ? -1 : new Point(x, y) switch { ( > 0, > 0) => 1, (var a, < 0) => a, _ => 3 }; }
internal struct StaticFields : ICase<int> { public readonly int Apply(int x, int y) => x * Language.Base + (int)Language.Ratio + Language.Secret; }
internal struct StaticStructs : ICase<int> { public readonly int Apply(int x, int y) { var o = Language.Origin; o.A += x; return o.Sum + Language.Origin.A; } }
internal struct TupleEquality : ICase<int> { public readonly int Apply(int x, int y) { var t = (x, y & 3); return (t == (y, 1) ? 1 : 0) + (t != (x, 2) ? 2 : 0) + ((x, (long)y) == (0, x) ? 4 : 0) + ((x, (y, 1)) == (y, (x, 1)) ? 8 : 0); } }
internal struct TupleAliases : ICase<int> { public readonly int Apply(int x, int y) { Couple p = (x, y); p.Second += 2; return Language.Sum(p) + Language.Sum((First: y, Second: 1)); } }
internal struct RecordEquality : ICase<int> { public readonly int Apply(int x, int y) => (new Point(x, y) == new Point(y, x) ? 1 : 0) + (new Point(x, 1) != new Point(3, 1) ? 2 : 0); }
internal struct RecordFloats : ICase<float> { public readonly float Apply(float x, float y) => new Measure(x, 1) == new Measure(y, 1) ? 1 : new Measure(x, 2) != new Measure(x, 2) ? 2 : 3; }
internal struct ReceiversFirst : ICase<int> { private static int Two(ref Twin p) { p.A *= 2; return p.A; } public readonly int Apply(int x, int y) { var p = new Twin { A = x & 255, B = y & 255 }; p.Add(p.A++); var q = new Split { Value = p.A }; return p.Sum + p.A + Two(ref p) + (q.Value++ + q.Value); } }
internal struct TargetTypedNew : ICase<int> { public readonly int Apply(int x, int y) { Twin p = new() { A = x }; Point q = new(y, x); p.B = default; return p.Sum + q.Cross(new(1, 2)); } }
internal struct DefaultLiterals : ICase<int> { public readonly int Apply(int x, int y) { int a = default; Twin p = default; float f = default; return a + p.A + (int)f + (x == default ? y : x); } }
internal struct LocalConstants : ICase<int> { public readonly int Apply(int x, int y) { const int n = 6; const float half = n / 4f; var r = 0; for (var i = 0; i < n; i++) r += i * x; return r + (int)(half * 2); } }
internal struct OutInConditions : ICase<int> { public readonly int Apply(int x, int y) { if (Language.TryHalve(x, out var h) && Language.TryHalve(h, out var k)) return k; return h - (Language.TryHalve(y, out h) ? h : 1); } }
internal struct RefChains : ICase<int> { public readonly int Apply(int x, int y) { var a = x; var p = new Twin { B = y }; return Language.Outer(ref a) + Language.Outer(ref p.B) + a + p.B; } }
internal struct NestedSwitches : ICase<int> { public readonly int Apply(int x, int y) => (x & 3) switch { 0 => (y & 1) switch { 0 => 10, _ => 11 }, 1 when y > 5 => (y > 100) switch { true => 20, false => 21 }, _ => (x, y) switch { ( < 0, _) => 30, (_, < 0) => 31, _ => 32 } }; }
internal struct SwitchWithLoops : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = 0; i < 6; i++) { switch ((x >> i) & 3) { case 0: for (var j = 0; j < 3; j++) { if (j == 2) break; r += j + i; } continue; case 1 when r > 5: r -= 2; break; case 1: { while (r < 9) { r += 4; if (r == 8) break; } break; } default: r ^= i; break; } r += 1; } return r; } }
internal struct Flags : ICase<int> { public readonly int Apply(int x, int y) { var done = false; var r = 0; for (var i = 0; i < 5 && !done; i++) for (var j = 0; j < 5; j++) { r += i ^ j; if (r > (x & 31)) { done = true; break; } } return done ? r : -r; } }
internal struct DoOnce : ICase<int> { public readonly int Apply(int x, int y) { var r = x; do { if (y < 0) break; r += y; if ((r & 1) == 0) continue; r--; } while (false); return r; } }
internal struct GenericLocals : ICase<int> { public readonly int Apply(int x, int y) { return Pick(x > y, x, y) + (int)Pick(x > 0, 1.5f, 2.5f); static T Pick<T>(bool first, T a, T b) where T : struct => first ? a : b; } }
internal struct ConditionalStructs : ICase<int> { public readonly int Apply(int x, int y) { var p = x > 0 ? new Point(x, 1) : y > 0 ? new Point(2, y) : default; p = p with { X = p.Y }; return p.X * 3 + p.Y; } }
internal struct ChainedAssignments : ICase<int> { public readonly int Apply(int x, int y) { var p = default(Twin); p.A = p.B = x & 15; p.A += p.B -= 3; var q = p; (q.A, q.B) = (q.B, q.A); return p.A * 100 + q.A * 10 + q.B; } }
internal struct Shadowing : ICase<int> { public readonly int Apply(int x, int y) { var r = Inner(x) + Inner(y); { var z = r; r += z; } return r; static int Inner(int x) { var y = x & 7; return y * y; } } }
internal struct CompoundIndexers : ICase<int> { public readonly int Apply(int x, int y) { var p = new Twin { A = x, B = y }; var i = 0; p[i++] += 5; p[i++] <<= 1; p[i - 2]--; return p.A * 3 + p.B + i; } }
internal struct NotPatterns : ICase<int> { public readonly int Apply(int x, int y) => (x is not (0 or 1) ? 1 : 0) + (y is not > 3 and not < -3 ? 2 : 0) + (new Twin { A = x, B = y } is { A: not 0, Sum: > 5 } ? 4 : 0); }
internal struct IncrementsInConditions : ICase<int> { public readonly int Apply(int x, int y) { var i = x & 7; var n = 0; while (i-- > 0 && n++ < 4) ; if (++n > 3 || n-- > 1) n += 10; return n * 100 + i; } }
