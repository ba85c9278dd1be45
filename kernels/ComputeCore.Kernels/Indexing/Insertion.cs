// A tensor inside a larger one whose other elements have one value: padding, and the gradient of a slice. Each work-item makes one
// element of the result: it finds the coordinates, and whether they are those of an element of the source, Start + i Step along
// each axis. So every element is written once, and nothing is filled beforehand.
//
// Bytes: the source once, the result once.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>An axis of an insertion.</summary>
/// <param name="Extent">The result's extent.</param>
/// <param name="Start">Where the source's first element stands in it.</param>
/// <param name="Size">The source's extent.</param>
/// <param name="Step">How far apart the source's elements stand.</param>
internal readonly record struct InsertionAxis(int Extent, int Start, int Size, int Step);

/// <summary>Tensors inserted into larger ones.</summary>
internal static partial class Insertion
{
    private const int Entry = 7;

    /// <summary>The axes as the kernel reads them, from the innermost outward; never empty.</summary>
    public static int[] Table(ReadOnlySpan<InsertionAxis> axes)
    {
        var table = new List<int>();
        var stride = 1;
        for (var i = axes.Length - 1; i >= 0; i--)
        {
            var division = QuickDivision.By(axes[i].Extent);
            table.AddRange([axes[i].Extent, division.Multiplier, division.Shift, axes[i].Start, axes[i].Size, axes[i].Step, stride]);
            stride *= axes[i].Size;
        }

        return table.Count == 0 ? [0] : [.. table];
    }

    /// <summary>Inserts.</summary>
    /// <param name="x">The source.</param>
    /// <param name="value">One element: what stands elsewhere.</param>
    /// <param name="y">The result.</param>
    /// <param name="axes">From <see cref="Table"/>.</param>
    /// <param name="rank">How many axes.</param>
    /// <param name="count">The result's elements.</param>
    [Kernel]
    [KernelInstance(typeof(byte))]
    [KernelInstance(typeof(int))]
    [KernelInstance(typeof(long))]
    public static void Insert<T>(ArrayView<T> x, ArrayView<T> value, ArrayView<T> y, ArrayView<int> axes, int rank, int count)
        where T : unmanaged
    {
        var index = FlatIndex.Get();
        if (index >= count)
            return;
        var rest = index;
        var source = 0;
        var isInside = true;
        for (var axis = 0; axis < rank; axis++)
        {
            var entry = axis * Entry;
            var quotient = QuickDivision.Quotient(rest, axes[entry + 1], axes[entry + 2]);
            var place = rest - quotient * axes[entry] - axes[entry + 3];
            var step = axes[entry + 5];
            var coordinate = place / step;
            isInside &= place >= 0 && coordinate < axes[entry + 4] && coordinate * step == place;
            source += coordinate * axes[entry + 6];
            rest = quotient;
        }

        // Outside, the place in the source may lie before it or behind it.
        var element = value[0];
        if (isInside)
            element = x[source];
        y[index] = element;
    }
}
