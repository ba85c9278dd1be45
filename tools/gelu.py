#!/usr/bin/env python3
"""Writes the piecewise polynomials of GELU's factors for the CPU's kernels, with mpmath (Debian's python3-mpmath).

    tools/gelu.py > kernels/ComputeCore.Kernels.Cpu/Mathematics/GeluTables.cs

Each factor is f(x) for x < 0 and 1 - f(-x) above, f falling from 1/2 to 0: the table is of f(-a), a >= 0. Piece k is a polynomial in
a - k WIDTH, interpolated at Chebyshev's points at 160 bits and rounded; the last piece is zero.
"""
import struct
from mpmath import chebyfit, erfc, exp, mp, mpf, pi, sqrt, tanh

mp.prec = 160
PIECES = 16
WIDTH = mpf(13) / 32


def density(a):
    return exp(-a * a / 2) / sqrt(2 * pi)


def distribution(a):
    return erfc(a / sqrt(mpf(2))) / 2


def tanh_argument(a):
    return sqrt(2 / pi) * (a + mpf("0.044715") * a**3)


def tanh_distribution(a):
    return (1 - tanh(tanh_argument(a))) / 2


def tanh_slope(a):
    t = tanh(tanh_argument(a))
    return (1 - t) / 2 - a / 2 * (1 - t * t) * sqrt(2 / pi) * (1 + 3 * mpf("0.044715") * a * a)


TABLES = [
    ("Normal", "Φ(-a).", distribution, 5, True),
    ("NormalSlope", "Φ(-a) - a φ(a), the derivative of x Φ(x) at -a.", lambda a: distribution(a) - a * density(a), 6, False),
    ("Tanh", "(1 - tanh u) / 2 with u = √(2/π) (a + 0.044715 a³).", tanh_distribution, 5, True),
    ("TanhSlope", "The derivative of x (1 + tanh u(x)) / 2 at -a.", tanh_slope, 6, False),
]


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def text(x):
    return next(f"{x:.{n}g}" for n in range(1, 10) if to_float(f"{x:.{n}g}") == x) + "f"


def pieces(function, degree):
    """The coefficients of each piece, that of the highest power first, and the largest error."""
    table, worst = [], 0
    for k in range(PIECES - 1):
        center = k * WIDTH
        ends = [-WIDTH / 2 if k else mpf(0), WIDTH / 2]
        table.append([to_float(c) for c in chebyfit(lambda r: function(center + r), ends, degree + 1)])
        for j in range(65):
            r = ends[0] + (ends[1] - ends[0]) * j / 64
            value = mpf(0)
            for c in table[-1]:
                value = value * r + mpf(c)
            worst = max(worst, abs(value - function(center + r)))
    return table + [[0.0] * (degree + 1)], worst


print("""// Written by tools/gelu.py. Lane k belongs to piece k.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Mathematics;

/// <summary>Coefficients of polynomials in sixteen pieces; that of power p in lane k is piece k's.</summary>
internal static class GeluTables
{
    /// <summary>The width of a piece: a belongs to the one whose middle, a multiple of it, is nearest.</summary>
    public const float Width = %s;

    /// <summary>The last piece, from which on the functions are zero.</summary>
    public const int LastPiece = %d;""" % (text(float(WIDTH)), PIECES - 1))
for name, summary, function, degree, has_limit in TABLES:
    table, worst = pieces(function, degree)
    print(f"""
    /// <summary>{summary} Error below {float(worst) * 1.05:.1e}.</summary>
    internal readonly struct {name} : IPiecewisePolynomial
    {{
        public static int Degree => {degree};

        public static bool IsZeroAtInfinity => {str(has_limit).lower()};

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Coefficients(int power) => power switch
        {{""")
    for d in range(degree + 1):
        power = degree - d
        rows = [", ".join(text(table[k][d]) for k in range(first, first + 8)) for first in (0, 8)]
        print(f"            {power if power else '_'} => Vector512.Create(\n                {rows[0]},\n                {rows[1]}),")
    print("        };\n    }")
print("}")
