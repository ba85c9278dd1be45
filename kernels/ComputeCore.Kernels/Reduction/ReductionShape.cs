using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Reduction;

/// <summary>
/// A reduction over up to two runs of neighbouring axes: the elements [K0, R0, K1, R1, K2] are reduced over R0 and R1, and results
/// [K0, K1, K2] remain. Any extent may be 1.
/// </summary>
internal struct ReductionShape
{
    /// <summary>The run of axes before the first reduced one.</summary>
    public int K0;

    /// <summary>The first reduced run.</summary>
    public int R0;

    /// <summary>The run between the reduced ones.</summary>
    public int K1;

    /// <summary>The second reduced run.</summary>
    public int R1;

    /// <summary>The run after the last reduced one: neighbours in memory, and among the results.</summary>
    public int K2;

    private int multiplier;
    private int shift;

    /// <summary>Names the extents.</summary>
    public ReductionShape(int k0, int r0, int k1, int r1, int k2)
    {
        (K0, R0, K1, R1, K2) = (k0, r0, k1, r1, k2);
        var division = QuickDivision.By(Math.Max(1, r1));
        (multiplier, shift) = (division.Multiplier, division.Shift);
    }

    /// <summary>How many results there are.</summary>
    public readonly int Results => K0 * K1 * K2;

    /// <summary>How many elements each result is made of.</summary>
    public readonly int Reduced => R0 * R1;

    /// <summary>Lists of <paramref name="count"/> elements one after the other, each reduced to one result.</summary>
    public static ReductionShape Rows(int rows, int count) => new(rows, count, 1, 1, 1);

    /// <summary>A matrix of <paramref name="count"/> rows, reduced to one row.</summary>
    public static ReductionShape Columns(int count, int columns) => new(1, count, 1, 1, columns);

    /// <summary>The reduction of a tensor over some of its axes.</summary>
    /// <param name="extents">The tensor's shape.</param>
    /// <param name="axes">The axes, sorted.</param>
    /// <returns>Null if the axes form more than two runs.</returns>
    public static ReductionShape? Of(ReadOnlySpan<int> extents, ReadOnlySpan<int> axes)
    {
        // Kept and reduced runs by turns, a kept one first.
        var runs = new List<int> { 1 };
        for (var axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] == 1)
                continue;
            var isReduced = axes.Contains(axis);
            if (isReduced != (runs.Count % 2 == 0))
                runs.Add(1);
            runs[^1] = checked(runs[^1] * extents[axis]);
        }

        return runs switch
        {
            [var k0] => new(k0, 1, 1, 1, 1),
            [var k0, var r0] => new(k0, r0, 1, 1, 1),
            [var k0, var r0, var k2] => new(k0, r0, 1, 1, k2),
            [var k0, var r0, var k1, var r1] => new(k0, r0, k1, r1, 1),
            [var k0, var r0, var k1, var r1, var k2] => new(k0, r0, k1, r1, k2),
            _ => null,
        };
    }

    /// <summary>Where the elements of a result begin.</summary>
    public readonly int First(int result)
    {
        var k01 = result / K2;
        var k0 = k01 / K1;
        return ((k0 * R0 * K1 + (k01 - k0 * K1)) * R1 * K2) + (result - k01 * K2);
    }

    /// <summary>How far behind the first the element number <paramref name="element"/> of a result lies.</summary>
    public readonly int Offset(int element)
    {
        // A single run needs no division.
        if (R1 == 1)
            return element * K1 * K2;
        var r0 = QuickDivision.Quotient(element, multiplier, shift);
        return (r0 * K1 * R1 + (element - r0 * R1)) * K2;
    }
}
