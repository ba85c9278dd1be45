namespace ComputeCore.Data;

/// <summary>How far the fetching of a data set is.</summary>
/// <param name="Step">What is being done: "Downloading train-images-idx3-ubyte.gz".</param>
/// <param name="Bytes">Bytes of this step that are done.</param>
/// <param name="TotalBytes">Bytes of this step in all; 0 where that is not known.</param>
public readonly record struct FetchProgress(string Step, long Bytes = 0, long TotalBytes = 0);
