// Tensors that broadcast to one shape, in as few axes as possible: axes of extent 1 are dropped, and neighbours in which every
// input either varies or does not are joined. An input then is of one of three kinds: it varies along all axes and lies as the
// result does; it varies along none and is one element; or its place is the sum of coordinates times strides. Only the last needs
// the coordinates, which are quotients and remainders of the flat index.
//
// The extents and strides stand in a small table in device memory, so that one kernel serves all shapes of the same pattern:
//   for each axis but the first, from the innermost outward: extent, multiplier and shift of the division by it
//   for each strided input, for each axis along which it varies, from the outermost inward: stride
using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Elementwise;

/// <summary>How the elements of broadcast inputs are found from the index of a result's element.</summary>
internal sealed class BroadcastGeometry
{
    private readonly List<int> extents = [];
    private readonly List<uint> varying = [];
    private readonly int inputs;

    /// <summary>Finds the least axes.</summary>
    /// <param name="shape">The result's shape.</param>
    /// <param name="inputShapes">The inputs' shapes, of at most as many axes; at most 32 inputs.</param>
    public BroadcastGeometry(ReadOnlySpan<int> shape, IReadOnlyList<int[]> inputShapes)
    {
        inputs = inputShapes.Count;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 1)
                continue;
            var bits = 0u;
            for (var i = 0; i < inputs; i++)
            {
                var inputAxis = axis - (shape.Length - inputShapes[i].Length);
                if (inputAxis >= 0 && inputShapes[i][inputAxis] != 1)
                    bits |= 1u << i;
            }

            if (varying.Count > 0 && varying[^1] == bits)
            {
                extents[^1] *= shape[axis];
            }
            else
            {
                extents.Add(shape[axis]);
                varying.Add(bits);
            }
        }
    }

    /// <summary>The axes left.</summary>
    public int Rank => extents.Count;

    /// <summary>Whether an input varies along an axis.</summary>
    public bool Varies(int input, int axis) => (varying[axis] & (1u << input)) != 0;

    /// <summary>Whether an input lies as the result does.</summary>
    public bool IsWhole(int input) => Enumerable.Range(0, Rank).All(axis => Varies(input, axis));

    /// <summary>Whether an input is one element.</summary>
    public bool IsSingle(int input) => !Enumerable.Range(0, Rank).Any(axis => Varies(input, axis));

    /// <summary>Whether an input's place is computed from coordinates.</summary>
    public bool IsStrided(int input) => !IsWhole(input) && !IsSingle(input);

    /// <summary>Whether any is.</summary>
    public bool HasTable => Enumerable.Range(0, inputs).Any(IsStrided);

    /// <summary>For each axis, whether an input varies along it; the same for all shapes that one kernel serves.</summary>
    public string Pattern(int input) => string.Concat(Enumerable.Range(0, Rank).Select(axis => Varies(input, axis) ? 'v' : '-'));

    /// <summary>Where the division by an axis's extent stands in the table.</summary>
    public int DivisionAt(int axis) => 3 * (Rank - 1 - axis);

    /// <summary>Where the stride of a strided input along an axis stands in the table.</summary>
    public int StrideAt(int input, int axis)
    {
        var at = 3 * (Rank - 1);
        for (var i = 0; i < input; i++)
            if (IsStrided(i))
                at += Enumerable.Range(0, Rank).Count(a => Varies(i, a));
        return at + Enumerable.Range(0, axis).Count(a => Varies(input, a));
    }

    /// <summary>The table.</summary>
    public int[] Table()
    {
        var table = new List<int>();
        for (var axis = Rank - 1; axis > 0; axis--)
        {
            var division = QuickDivision.By(extents[axis]);
            table.AddRange([division.Divisor, division.Multiplier, division.Shift]);
        }

        for (var input = 0; input < inputs; input++)
            if (IsStrided(input))
                table.AddRange(Strides(input));
        return [.. table];
    }

    private List<int> Strides(int input)
    {
        var strides = new List<int>();
        var stride = 1;
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            if (!Varies(input, axis))
                continue;
            strides.Insert(0, stride);
            stride *= extents[axis];
        }

        return strides;
    }
}
