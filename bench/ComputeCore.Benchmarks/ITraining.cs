namespace ComputeCore.Benchmarks;

/// <summary>A training on some device, from one seed.</summary>
internal interface ITraining : IDisposable
{
    /// <summary>Trains on the next batch, and returns its loss.</summary>
    float Step();
}
