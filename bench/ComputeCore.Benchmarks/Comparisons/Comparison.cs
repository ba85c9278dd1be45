namespace ComputeCore.Benchmarks.Comparisons;

/// <summary>How long the engine took for something, and a peer.</summary>
/// <param name="What">What was computed.</param>
/// <param name="Flops">Floating-point operations of it.</param>
/// <param name="Seconds">The engine's best time.</param>
/// <param name="PeerSeconds">The peer's best time; null where there is none.</param>
internal sealed record Comparison(string What, double Flops, double Seconds, double? PeerSeconds);
