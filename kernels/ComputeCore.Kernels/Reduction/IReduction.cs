namespace ComputeCore.Kernels.Reduction;

/// <summary>What a reduction does with elements; associative.</summary>
internal interface IReduction<T>
{
    /// <summary>The result for no elements.</summary>
    T Identity();

    /// <summary>What an element contributes.</summary>
    /// <param name="x">The element.</param>
    /// <param name="center">The result's center, where deviations from one are reduced.</param>
    T Map(T x, T center);

    /// <summary>The result for the elements of two.</summary>
    T Combine(T a, T b);

    /// <summary>What is combined for an element, where the last combination lost something to rounding.</summary>
    T Corrected(T x, T lost);

    /// <summary>What combining lost to rounding, to be taken away from the next element.</summary>
    T Lost(T before, T added, T after);

    /// <summary>What is stored.</summary>
    T Finish(T result, float scale);
}
