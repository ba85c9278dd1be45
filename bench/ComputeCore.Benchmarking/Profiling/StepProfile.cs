namespace ComputeCore.Benchmarking.Profiling;

/// <summary>The parts of a training step.</summary>
internal enum StepPhase
{
    Forward,
    Backward,
    Update,
}

/// <summary>A kernel of a step: what it computes, for which layer, and what it takes.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Layer">The layer that it belongs to, by its path in the model.</param>
/// <param name="Phase">The part of the step.</param>
/// <param name="Types">The types of its inputs and results.</param>
/// <param name="Milliseconds">The mean time.</param>
/// <param name="Flops">Floating-point operations.</param>
/// <param name="Bytes">Bytes of its inputs and results.</param>
/// <param name="LiveBytes">What the memory plan holds in the arena while it runs.</param>
internal sealed record ProfiledKernel(string Operation, string Layer, StepPhase Phase, string Types, double Milliseconds, double Flops, double Bytes, long LiveBytes);

/// <summary>Kernels that have something in common.</summary>
/// <param name="Name">What they have in common.</param>
/// <param name="Kernels">How many there are.</param>
/// <param name="Milliseconds">Their time.</param>
/// <param name="ForwardMilliseconds">That of the ones in the forward pass.</param>
/// <param name="BackwardMilliseconds">That of the ones in the backward pass.</param>
/// <param name="Share">Their part of the step.</param>
/// <param name="Gflops">10⁹ floating-point operations a second.</param>
/// <param name="Gbps">10⁹ bytes a second.</param>
internal sealed record ProfiledGroup(string Name, int Kernels, double Milliseconds, double ForwardMilliseconds, double BackwardMilliseconds, double Share, double Gflops, double Gbps);

/// <summary>A step, kernel by kernel in the order they run.</summary>
/// <param name="Kernels">The kernels.</param>
/// <param name="ArenaBytes">The arena that holds all values between inputs, variables and results.</param>
/// <param name="VariableBytes">The variables that the step uses: parameters, optimizer state.</param>
internal sealed record StepProfile(IReadOnlyList<ProfiledKernel> Kernels, long ArenaBytes, long VariableBytes)
{
    /// <summary>The time of all kernels.</summary>
    public double Milliseconds => Kernels.Sum(kernel => kernel.Milliseconds);

    /// <summary>By operation, the slowest first.</summary>
    public IReadOnlyList<ProfiledGroup> Operations => [.. Groups(kernel => kernel.Operation).OrderByDescending(group => group.Milliseconds)];

    /// <summary>By layer, in the order they run.</summary>
    public IReadOnlyList<ProfiledGroup> Layers => [.. Groups(kernel => kernel.Layer)];

    private IEnumerable<ProfiledGroup> Groups(Func<ProfiledKernel, string> key) => Kernels.GroupBy(key).Select(group =>
    {
        var milliseconds = group.Sum(kernel => kernel.Milliseconds);
        var perSecond = milliseconds == 0 ? 0 : 1e-6 / milliseconds;
        return new ProfiledGroup(
            group.Key, group.Count(), milliseconds, In(StepPhase.Forward), In(StepPhase.Backward), milliseconds / Milliseconds, group.Sum(kernel => kernel.Flops) * perSecond, group.Sum(kernel => kernel.Bytes) * perSecond);

        double In(StepPhase phase) => group.Where(kernel => kernel.Phase == phase).Sum(kernel => kernel.Milliseconds);
    });
}
