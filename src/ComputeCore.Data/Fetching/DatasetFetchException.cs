namespace ComputeCore.Data;

/// <summary>A data set that could not be fetched. The message says why, and what to do.</summary>
public sealed class DatasetFetchException(string message, Exception? inner = null) : Exception(message, inner);
