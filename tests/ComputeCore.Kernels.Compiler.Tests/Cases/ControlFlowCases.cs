#pragma warning disable CS0162 // A condition that is constant is what is tested.
namespace ComputeCore.Kernels.Compiler.Tests.Cases;

internal struct IfOnly : ICase<int> { public readonly int Apply(int x, int y) { var r = 1; if (x > y) r = x; return r; } }
internal struct IfElse : ICase<int> { public readonly int Apply(int x, int y) { int r; if (x > y) r = x; else r = y - 1; return r; } }
internal struct ElseIf : ICase<int> { public readonly int Apply(int x, int y) { if (x < 0) return 1; else if (x == 0) return 2; else if (x < y) return 3; return 4; } }
internal struct NestedIf : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; if (x > 0) { if (y > 0) { r += 1; if (x > y) r += 10; } else { r += 100; } } else if (y > 0) r += 1000; return r; } }
internal struct EarlyReturn : ICase<int> { public readonly int Apply(int x, int y) { if (x < 0) { if (y < 0) return -1; return -2; } x++; if (y < 0) return -3; return x + y; } }
internal struct ConstantIf : ICase<int> { private const bool On = true; public readonly int Apply(int x, int y) { if (On) return x; else return y; } }
internal struct Ternaries : ICase<int> { public readonly int Apply(int x, int y) => x > 0 ? y > 0 ? 1 : x / 2 : y > 0 ? 10 / y : -7; }
internal struct ShortCircuits : ICase<int> { public readonly int Apply(int x, int y) => y > 0 && x / y > 2 || x == 0 || y == 0 && x / (y + 1) == 3 ? 1 : 0; }
internal struct ForLoop : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = 0; i < (x & 15); i++) r += i * y; return r; } }
internal struct ForDown : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = x & 31; i-- > 0;) r = r * 3 + i; return r; } }
internal struct ForTwo : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (int i = 0, j = 20; i < j; i++, j -= 2) r += i * j + (x & 3); return r; } }
internal struct NestedLoops : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = 0; i < (x & 7); i++) for (var j = i; j < 8; j++) { if (j == 5) continue; if (i + j == 9) break; r += i * 10 + j; } return r; } }
internal struct WhileLoop : ICase<int> { public readonly int Apply(int x, int y) { var n = x & 0xffff; var c = 0; while (n != 0) { n &= n - 1; c++; } return c; } }
internal struct WhileAnd : ICase<int> { public readonly int Apply(int x, int y) { var i = 0; while (i < 10 && (x >> i & 1) == 0) i++; return i; } }
internal struct DoLoop : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; var i = x & 7; do { r += i; i--; } while (i > 0 && r < 20); return r; } }
internal struct DoContinue : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; var i = 0; do { i++; if ((i & 1) == 0) continue; if (i > 11) break; r += i; } while (i < (x & 15)); return r; } }
internal struct Endless : ICase<int> { public readonly int Apply(int x, int y) { var i = 0; while (true) { i += 3; if (i > (x & 31)) break; } return i; } }
internal struct EndlessReturn : ICase<int> { public readonly int Apply(int x, int y) { for (var i = 0; ; i++) { if (i * i >= (x & 255)) return i; } } }
internal struct LoopReturn : ICase<int> { public readonly int Apply(int x, int y) { for (var i = 0; i < 16; i++) { for (var j = 0; j < 4; j++) if (i * j == (y & 31)) return i * 100 + j; } return -1; } }
internal struct Collatz : ICase<int> { public readonly int Apply(int x, int y) { var n = (x & 1023) + 1; var steps = 0; while (n != 1 && steps < 200) { n = n % 2 == 0 ? n / 2 : 3 * n + 1; steps++; } return steps; } }
internal struct SwitchTable : ICase<int> { public readonly int Apply(int x, int y) { switch (x & 7) { case 0: return 5; case 1: case 2: y += 3; break; case 3: { var t = y * 2; return t; } default: y -= 1; break; case 6: return 1; } return y; } }
internal struct SwitchNoDefault : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; switch (x) { case -1: r = 1; break; case int.MaxValue: r = 2; break; case 17: r = 3; break; } return r; } }
internal struct SwitchInLoop : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = 0; i < 12; i++) { switch (i % 4) { case 0: continue; case 1: r += x & 3; break; case 2: if (r > 20) return r; break; default: r *= 2; break; } r++; } return r; } }
internal struct LoopInSwitch : ICase<int> { public readonly int Apply(int x, int y) { switch (x & 1) { case 0: var r = 0; for (var i = 0; i < 5; i++) { if (i == 3) break; r += y; } return r; default: while (y > 100) y /= 2; return y; } } }
internal struct SwitchEnum : ICase<int> { public readonly int Apply(int x, int y) { switch ((Colour)(x & 3)) { case Colour.Red: return 1; case Colour.Violet: return 2; default: return 3; } } }
internal struct SwitchPatterns : ICase<int> { public readonly int Apply(int x, int y) { switch (x) { case < -100: return 1; case > 100 and < 1000: y++; break; case 5 or 7: return 2; case 9 when y > 3: return 3; case 9: return 4; default: return 5; case 11: return 6; } return y; } }
internal struct SwitchPatternLoop : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = -3; i < 6; i++) { switch (i) { case < 0: r += 7; break; case > 3: continue; case 2 when (x & 1) == 0: break; default: r += i; break; } r *= 2; } return r; } }
internal struct SwitchLong : ICase<int> { public readonly int Apply(int x, int y) { switch ((long)x * 2) { case 0: return 1; case 2L * int.MaxValue: return 2; case -2: return 3; default: return 4; } } }
internal struct SwitchChar : ICase<int> { public readonly int Apply(int x, int y) { switch ((char)('a' + (x & 3))) { case 'a': return 1; case 'c': return 2; default: return 3; } } }
internal struct SwitchExpressions : ICase<int> { public readonly int Apply(int x, int y) => (x & 7) switch { 0 => y, 1 or 2 => y * 2, > 5 => x / 3, var n when n == y => 77, _ => -1 }; }
internal struct SwitchTuple : ICase<int> { public readonly int Apply(int x, int y) => (x > 0, y & 1) switch { (true, 0) => 1, (true, _) => 2, (false, 1) => 3, _ => 4 }; }
internal struct SwitchFloat : ICase<float> { public readonly float Apply(float x, float y) => x switch { 0f => 1, < 0f => 2, > 1e10f => 3, float.NaN => 4, _ => 5 }; }
internal struct IsPatterns : ICase<int> { public readonly int Apply(int x, int y) => (x is > 3 and < 30 ? 1 : 0) + (y is 0 or 1 ? 2 : 0) + (x is not 5 ? 4 : 0) + (x + y is var s && s > 0 ? s & 7 : 0); }
internal struct PropertyPatterns : ICase<int> { public readonly int Apply(int x, int y) { var p = new Twin { A = x, B = y }; return p is { A: > 0, B: < 5 } ? 1 : p is { A: 0 } ? 2 : 3; } }
internal struct Scopes : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; { var t = x * 2; r += t; } { var t = y * 3; r -= t; } for (var t = 0; t < 3; t++) r += t; return r; } }
internal struct LoopLocals : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; for (var i = 0; i < 4; i++) { var t = i; int u; if (i > 1) u = x & 15; else u = i; t += u; r = r * 5 + t; } return r; } }
internal struct AssignmentExpressions : ICase<int> { public readonly int Apply(int x, int y) { int a, b; a = b = x & 15; var c = (a += 2) * (b -= 1); return c + a + b + (a = y); } }
internal struct Swaps : ICase<int> { public readonly int Apply(int x, int y) { var (a, b) = (x, y); for (var i = 0; i < 3; i++) (a, b) = (b, a + b); return a ^ b; } }
internal struct BoolLocals : ICase<int> { public readonly int Apply(int x, int y) { var found = false; for (var i = 0; i < 8 && !found; i++) found = (x >> i & 1) == 1 && i > 2; return found ? 1 : 0; } }
internal struct EmptyStatements : ICase<int> { public readonly int Apply(int x, int y) { ; for (; x > 100; x /= 3) ; return x; } }
internal struct LocalFunctions : ICase<int> { public readonly int Apply(int x, int y) { return Twice(x) + Twice(y); static int Twice(int v) { if (v < 0) return 0; return v * 2; } } }
internal struct VoidReturns : ICase<int> { public readonly int Apply(int x, int y) { var r = 0; Helpers.CountDown(ref r, x & 7); return r; } }
