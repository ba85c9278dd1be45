// The place of the greatest element, by the same rectangle of results x lanes as in ReductionKernels.cs. A lane meets its elements in
// order, and of two lanes' equal elements the one with the lesser place wins: the first of all.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Reduction;

/// <summary>An order of elements.</summary>
internal interface IOrder<T>
{
    /// <summary>Whether a comes strictly before b.</summary>
    bool IsGreater(T a, T b);
}

/// <summary>Floats, NaN above all.</summary>
internal readonly struct FloatOrder : IOrder<float>
{
    public bool IsGreater(float a, float b) => DeviceMath.IsNaN(a) ? !DeviceMath.IsNaN(b) : a > b;
}

/// <summary>32-bit integers.</summary>
internal readonly struct Int32Order : IOrder<int>
{
    public bool IsGreater(int a, int b) => a > b;
}

/// <summary>64-bit integers.</summary>
internal readonly struct Int64Order : IOrder<long>
{
    public bool IsGreater(long a, long b) => a > b;
}

/// <summary>Bytes.</summary>
internal readonly struct UInt8Order : IOrder<byte>
{
    public bool IsGreater(byte a, byte b) => a > b;
}

internal static partial class ReductionKernels
{
    /// <summary>Where among the elements of each result the greatest stands: the first of equal ones. There is at least one.</summary>
    [Kernel]
    [KernelInstance(typeof(float), typeof(FloatOrder))]
    [KernelInstance(typeof(int), typeof(Int32Order))]
    [KernelInstance(typeof(long), typeof(Int64Order))]
    [KernelInstance(typeof(byte), typeof(UInt8Order))]
    public static void ArgMax<T, TOrder>(ArrayView<T> x, ArrayView<long> y, ReductionShape shape, int width)
        where T : unmanaged
        where TOrder : struct, IOrder<T>
    {
        var order = default(TOrder);
        var values = SharedMemory.Allocate<T>(GroupSize);
        var places = SharedMemory.Allocate<int>(GroupSize);
        var item = Group.IdxX;
        var lane = item / width;
        var lanes = GroupSize / width;
        var results = shape.Results;

        for (var block = Grid.IdxX * width; block < results; block += Grid.DimX * width)
        {
            var result = block + item % width;
            var first = shape.First(result < results ? result : 0);
            // A lane without an element of its own begins with the last one.
            var place = lane < shape.Reduced ? lane : shape.Reduced - 1;
            var value = x[first + shape.Offset(place)];
            for (var element = lane + lanes; element < shape.Reduced; element += lanes)
            {
                var next = x[first + shape.Offset(element)];
                if (order.IsGreater(next, value))
                {
                    value = next;
                    place = element;
                }
            }

            values[item] = value;
            places[item] = place;
            for (var half = lanes / 2; half > 0; half /= 2)
            {
                Group.Barrier();
                if (lane < half)
                {
                    var other = item + half * width;
                    if (order.IsGreater(values[other], values[item]) || (!order.IsGreater(values[item], values[other]) && places[other] < places[item]))
                    {
                        values[item] = values[other];
                        places[item] = places[other];
                    }
                }
            }

            if (lane == 0 && result < results)
                y[result] = places[item];
            Group.Barrier();
        }
    }
}
