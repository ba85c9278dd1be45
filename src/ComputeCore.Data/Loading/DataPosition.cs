namespace ComputeCore.Data;

/// <summary>A place in the endless sequence of batches: all that must be kept to go on exactly there.</summary>
/// <param name="Epoch">Times that the data set was passed through before, from 0.</param>
/// <param name="Batch">Batches of the epoch before this place, from 0.</param>
public readonly record struct DataPosition(int Epoch, int Batch);
