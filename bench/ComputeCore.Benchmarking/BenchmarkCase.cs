using ComputeCore.Devices;
using ComputeCore.Validation;

namespace ComputeCore.Benchmarking;

/// <summary>Something whose speed is measured, on any device.</summary>
/// <param name="Group">What kind of work it is: gemm, conv, train, ….</param>
/// <param name="Name">Its name, unique among all cases.</param>
internal abstract record BenchmarkCase(string Group, string Name)
{
    /// <summary>How far the device's result is from the float64 definition's, on a part of the result where all of it would take too long.</summary>
    public abstract Deviation Check(Device device);

    /// <summary>Compiles the case and puts its inputs into the device's memory.</summary>
    public abstract PreparedCase Prepare(Device device);
}

/// <summary>A case that is ready to run.</summary>
internal abstract class PreparedCase : IDisposable
{
    /// <summary>Floating-point operations of a run, counted by the operations' definitions.</summary>
    public double Flops { get; protected init; }

    /// <summary>Bytes that a run reads and writes if each operation fetches its inputs once and stores its results once.</summary>
    public double Bytes { get; protected init; }

    /// <summary>Device memory planned for the values between inputs, variables and results, in bytes.</summary>
    public long MemoryBytes { get; protected init; }

    /// <summary>Runs once.</summary>
    /// <returns>The seconds it took.</returns>
    public abstract double Run();

    /// <inheritdoc/>
    public abstract void Dispose();
}
