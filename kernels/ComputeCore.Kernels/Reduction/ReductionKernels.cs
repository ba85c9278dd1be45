// One kernel for every reduction. The work-items of a group form a rectangle of results x lanes: neighbours work on neighbouring
// results, and the lanes of a result take its elements by turns. Where results are neighbours in memory (columns) many results and
// few lanes read whole cache lines; where elements are (rows), one result and all lanes do. The lanes' results are then combined
// in shared memory, halving their number in each step. Sums are compensated within a lane, where they are long.
//
// Few results of many elements would leave most of a device idle: their elements are cut into chunks, one group each, whose
// results a second launch reduces. The order of all this depends on the shape alone, so the bits are the same in each run.
//
// Bytes: each element once. Shared memory: one element for each of 256 work-items.
using ILGPU;

namespace ComputeCore.Kernels.Reduction;

/// <summary>Reductions over some axes of a tensor.</summary>
internal static partial class ReductionKernels
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 256;

    /// <summary>Reduces; the naive version: a work-item per result.</summary>
    [Kernel]
    [KernelInstance(typeof(float), typeof(FloatSum))]
    public static void ReduceNaive<T, TReduction>(ArrayView<T> x, ArrayView<T> centers, ArrayView<T> y, ReductionShape shape, float scale)
        where T : unmanaged
        where TReduction : struct, IReduction<T>
    {
        var reduction = default(TReduction);
        var result = Grid.IdxX * Group.DimX + Group.IdxX;
        if (result >= shape.Results)
            return;
        var value = reduction.Identity();
        for (var element = 0; element < shape.Reduced; element++)
            value = reduction.Combine(value, reduction.Map(x[shape.First(result) + shape.Offset(element)], centers[result]));
        y[result] = reduction.Finish(value, scale);
    }

    /// <summary>Reduces, or reduces chunks: the second dimension of the grid counts these, and results lie chunk after chunk.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="centers">One for each result, where deviations are reduced; else any element.</param>
    /// <param name="y">The results.</param>
    /// <param name="shape">Which elements make a result.</param>
    /// <param name="width">Results that a group works on at once: a power of two that divides its size.</param>
    /// <param name="chunk">Elements of a chunk.</param>
    /// <param name="scale">What sums are multiplied by.</param>
    [Kernel]
    [KernelInstance(typeof(float), typeof(FloatSum))]
    [KernelInstance(typeof(float), typeof(FloatSumOfSquares))]
    [KernelInstance(typeof(float), typeof(FloatSumOfSquaredDeviations))]
    [KernelInstance(typeof(float), typeof(FloatMax))]
    [KernelInstance(typeof(float), typeof(FloatMin))]
    [KernelInstance(typeof(long), typeof(Int64Sum))]
    [KernelInstance(typeof(int), typeof(Int32Max))]
    [KernelInstance(typeof(int), typeof(Int32Min))]
    [KernelInstance(typeof(long), typeof(Int64Max))]
    [KernelInstance(typeof(long), typeof(Int64Min))]
    [KernelInstance(typeof(byte), typeof(UInt8Max))]
    [KernelInstance(typeof(byte), typeof(UInt8Min))]
    public static void Reduce<T, TReduction>(ArrayView<T> x, ArrayView<T> centers, ArrayView<T> y, ReductionShape shape, int width, int chunk, float scale)
        where T : unmanaged
        where TReduction : struct, IReduction<T>
    {
        var reduction = default(TReduction);
        var shared = SharedMemory.Allocate<T>(GroupSize);
        var item = Group.IdxX;
        var lane = item / width;
        var lanes = GroupSize / width;
        var results = shape.Results;
        var start = Grid.IdxY * chunk;
        var end = shape.Reduced < start + chunk ? shape.Reduced : start + chunk;

        for (var block = Grid.IdxX * width; block < results; block += Grid.DimX * width)
        {
            var result = block + item % width;
            var value = reduction.Identity();
            if (result < results)
            {
                var first = shape.First(result);
                var center = centers[result < centers.IntLength ? result : 0];
                var lost = default(T);
                var element = start + lane;
                // Four at once: compensation is a chain of four additions, which would be waited for with each element.
                for (; element < end - 3 * lanes; element += 4 * lanes)
                {
                    var a = reduction.Map(x[first + shape.Offset(element)], center);
                    var b = reduction.Map(x[first + shape.Offset(element + lanes)], center);
                    var c = reduction.Map(x[first + shape.Offset(element + 2 * lanes)], center);
                    var d = reduction.Map(x[first + shape.Offset(element + 3 * lanes)], center);
                    var added = reduction.Corrected(reduction.Combine(reduction.Combine(a, b), reduction.Combine(c, d)), lost);
                    var next = reduction.Combine(value, added);
                    lost = reduction.Lost(value, added, next);
                    value = next;
                }

                for (; element < end; element += lanes)
                {
                    var added = reduction.Corrected(reduction.Map(x[first + shape.Offset(element)], center), lost);
                    var next = reduction.Combine(value, added);
                    lost = reduction.Lost(value, added, next);
                    value = next;
                }
            }

            value = GroupReduction.OverLanes<T, TReduction>(shared, value, width);
            if (lane == 0 && result < results)
                y[Grid.IdxY * results + result] = reduction.Finish(value, scale);
        }
    }
}
