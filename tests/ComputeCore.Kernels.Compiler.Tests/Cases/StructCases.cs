namespace ComputeCore.Kernels.Compiler.Tests.Cases;

internal struct Twin { public int A; public int B; public readonly int Sum => A + B; public int this[int i] { readonly get => i == 0 ? A : B; set { if (i == 0) A = value; else B = value; } } public void Add(int n) { A += n; B -= n; } }
internal struct Four { public float X; public float Y; public float Z; public float W; public Four(float v) { X = v; Y = v; Z = v; W = v; } public static Four operator +(Four a, Four b) => new() { X = a.X + b.X, Y = a.Y + b.Y, Z = a.Z + b.Z, W = a.W + b.W }; public static Four operator *(Four a, float s) => new() { X = a.X * s, Y = a.Y * s, Z = a.Z * s, W = a.W * s }; public static Four operator -(Four a) => a * -1f; public static implicit operator Four(float v) => new(v); public static explicit operator float(Four v) => v.X + v.Y + v.Z + v.W; public static bool operator ==(Four a, Four b) => a.X == b.X && a.W == b.W; public static bool operator !=(Four a, Four b) => !(a == b); public override readonly bool Equals(object? o) => false; public override readonly int GetHashCode() => 0; }
internal struct Mixed { public byte Flag; public double Wide; public Twin Inner; public bool On; public Four Tile; public short Tail; }
internal readonly record struct Point(int X, int Y) { public int Cross(Point o) => X * o.Y - Y * o.X; }
internal struct Range { public int Start { get; set; } public int End { get; init; } public readonly int Length => End - Start; public int Scale = 2; public Range(int start) { Start = start; } }
internal struct Box<T> where T : struct { public T Value; public Box(T value) => Value = value; public readonly T Get() => Value; public void Set(T v) => Value = v; }
internal interface IOperator { int Apply(int a, int b); static abstract int Identity { get; } int Bias => 3; }
internal struct Plus : IOperator { public readonly int Apply(int a, int b) => a + b; public static int Identity => 0; }
internal struct Times : IOperator { public readonly int Apply(int a, int b) => a * b; public static int Identity => 1; }
internal struct Composed<TOuter, TInner> : IOperator where TOuter : struct, IOperator where TInner : struct, IOperator { public readonly int Apply(int a, int b) => default(TOuter).Apply(default(TInner).Apply(a, b), b); public static int Identity => TOuter.Identity + TInner.Identity; }

internal static class Helpers
{
    public static int Square(int x) => x * x;
    public static int Choose(int x, int y, bool first = true) => first ? x : y;
    public static void Advance(ref int x) => x += 5;
    public static void Split(int x, out int high, out int low) { high = x >> 16; low = x & 0xffff; }
    public static int Peek(in Twin p) => p.A * 2 + p.B;
    public static void CountDown(ref int r, int n) { if (n == 0) return; for (; n > 0; n--) r += n; }
    public static T Pick<T>(bool first, T a, T b) where T : struct => first ? a : b;
    public static int Fold<TOp>(int n, int seed) where TOp : struct, IOperator { var r = TOp.Identity; for (var i = 1; i <= n; i++) r = default(TOp).Apply(r, i + seed); return r; }
    public static void Scale(ref Four v, float s) { v.X *= s; v.W += s; }
    public static int Parameters(int x, int y) { x += y; y = x * 2; return x ^ y; }
    public static int Twice(this int x) => 2 * x;
}

internal struct CallStatic : ICase<int> { public readonly int Apply(int x, int y) => Helpers.Square(x) - Helpers.Square(y & 7) + Helpers.Choose(x, y, first: false) + Helpers.Choose(y: x, x: y); }
internal struct Extensions : ICase<int> { public readonly int Apply(int x, int y) => x.Twice() - y.Twice(); }
internal struct RefArguments : ICase<int> { public readonly int Apply(int x, int y) { Helpers.Advance(ref x); var p = new Twin { A = x, B = y }; Helpers.Advance(ref p.B); return x * 3 + p.B; } }
internal struct OutArguments : ICase<int> { public readonly int Apply(int x, int y) { Helpers.Split(x, out var h, out var l); int k; Helpers.Split(y, out k, out _); return h * 31 + l * 7 + k; } }
internal struct InArguments : ICase<int> { public readonly int Apply(int x, int y) { var p = new Twin { A = x, B = y }; return Helpers.Peek(p) + Helpers.Peek(in p); } }
internal struct ChangedParameters : ICase<int> { public readonly int Apply(int x, int y) => Helpers.Parameters(x, y) + x; }
internal struct GenericMethods : ICase<int> { public readonly int Apply(int x, int y) => Helpers.Pick(x > y, x, y) + (int)Helpers.Pick(x > y, 1.5f, 2.5f) + Helpers.Pick(y > 0, new Twin { A = 1 }, new Twin { A = x }).A; }
internal struct OperatorStructs : ICase<int> { public readonly int Apply(int x, int y) => Helpers.Fold<Plus>(x & 7, y & 3) + Helpers.Fold<Times>(5, x & 3); }
internal struct ComposedOperators : ICase<int> { public readonly int Apply(int x, int y) => Helpers.Fold<Composed<Plus, Times>>(4, x & 3) + Helpers.Fold<Composed<Composed<Times, Plus>, Plus>>(3, y & 1); }
internal struct StructFields : ICase<int> { public readonly int Apply(int x, int y) { Twin p; p.A = x; p.B = y; p.A += p.B; var q = p; q.A++; return p.A * 2 - q.A + q.Sum; } }
internal struct StructMethods : ICase<int> { public readonly int Apply(int x, int y) { var p = new Twin { A = x, B = y }; p.Add(3); p.Add(x & 1); return p.A ^ p.B; } }
internal struct Indexers : ICase<int> { public readonly int Apply(int x, int y) { var p = default(Twin); p[0] = x; p[1] = y; p[x & 1] += 4; return p[0] * 3 + p[1]; } }
internal struct Records : ICase<int> { public readonly int Apply(int x, int y) { var p = new Point(x, y); var q = p with { X = 3 }; return p.Cross(q) + q.Y; } }
internal struct Properties : ICase<int> { public readonly int Apply(int x, int y) { var r = new Range(x) { End = y }; r.Start += 2; r.Start--; return r.Length * r.Scale; } }
internal struct GenericStructs : ICase<int> { public readonly int Apply(int x, int y) { var b = new Box<int>(x); b.Set(b.Get() + y); var f = new Box<float>(1.5f); var n = new Box<Box<int>>(b); return n.Value.Get() + (int)(f.Get() * 2); } }
internal struct NestedStructs : ICase<int> { public readonly int Apply(int x, int y) { Mixed m = default; m.Inner.A = x; m.Inner.B += y; m.On = x > y; m.Flag = (byte)(x + 1); m.Tile.Z = 2; m.Wide = y; m.Tail = (short)x; var c = m; c.Inner.A = 1; return m.Inner.Sum + (m.On ? 1 : 0) + m.Flag + (int)m.Tile.Z + (int)m.Wide + m.Tail + c.Inner.A; } }
internal struct Tuples : ICase<int> { public readonly int Apply(int x, int y) { var t = (x, y, Sum: x + y); t.x++; var (a, _, c) = t; return a * 3 + c - t.Item2 + Both(x, y).Last; static (int First, int Last) Both(int p, int q) => (q, p); } }
internal struct RefLocals : ICase<int> { public readonly int Apply(int x, int y) { var p = new Twin { A = x, B = y }; ref var r = ref p.A; r += 7; ref readonly var s = ref p.B; return p.A - s + r; } }
internal struct StructArguments : ICase<int> { public readonly int Apply(int x, int y) { var p = new Twin { A = x, B = y }; return Changed(p) * 1000 + p.A; static int Changed(Twin q) { q.A = 9; return q.Sum; } } }
internal struct StructTernary : ICase<int> { public readonly int Apply(int x, int y) { var p = x > y ? new Twin { A = x } : new Twin { B = y }; return p.A * 2 + p.B; } }
internal struct InitializerMethods : ICase<int> { public readonly int Apply(int x, int y) { var m = new Mixed { Inner = { A = x, B = 2 }, On = true }; return m.Inner.A + m.Inner.B + (m.On ? y : 0); } }
internal struct VectorOperators : ICase<float> { public readonly float Apply(float x, float y) { Four a = x; var b = new Four(y) { Y = 2 }; var c = a + b * 0.5f; c.X += 1; c += b; c = -c; return (float)c; } }
internal struct VectorReferences : ICase<float> { public readonly float Apply(float x, float y) { Four a = x; Helpers.Scale(ref a, y); ref var w = ref a.W; w += 1; return a.X + a.W; } }
internal struct VectorEquality : ICase<float> { public readonly float Apply(float x, float y) { Four a = x; Four b = y; return a == b ? 1 : a != b ? 2 : 3; } }
internal struct VectorArrays : ICase<float> { public readonly float Apply(float x, float y) { var m = default(Mixed); m.Tile = new Four(x); m.Tile.Y = y; var s = 0f; for (var i = 0; i < 3; i++) { s += m.Tile.Y; m.Tile += m.Tile; } return s; } }
