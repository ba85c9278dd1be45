namespace ComputeCore.Kernels.Pooling;

/// <summary>How windows lie along one direction of a plane: which elements a result sees, and which results see an element.</summary>
internal interface IPoolingLine
{
    /// <summary>Elements along the direction.</summary>
    int Extent { get; }

    /// <summary>Results along the direction.</summary>
    int Results { get; }

    /// <summary>Steps between neighbouring elements of a window.</summary>
    int Step { get; }

    /// <summary>The first element that a result sees.</summary>
    int First(int result);

    /// <summary>The end of the elements that a result sees.</summary>
    int End(int result);

    /// <summary>How many elements a result averages over.</summary>
    int Averaged(int result);

    /// <summary>The first result that may see an element.</summary>
    int FirstResult(int element);

    /// <summary>The end of the results that may see an element.</summary>
    int EndResult(int element);

    /// <summary>Whether a result between these sees the element.</summary>
    bool Sees(int result, int element);
}
