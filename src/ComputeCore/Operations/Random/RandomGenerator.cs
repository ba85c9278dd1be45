using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore;

/// <summary>
/// A source of random numbers for graphs. Its state, a seed and the number of runs so far, is a variable: the same seed gives the
/// same numbers on every device, each run gives new ones, and a saved state continues where it was.
/// </summary>
/// <remarks>
/// Numbers come from a counter-based generator: they are a function of seed, run, the place in the graph and the element, so
/// nothing is kept beside these two numbers. Each use in a traced graph gets a number of its own, its stream, and the graph
/// counts the run once, however many uses there are.
/// </remarks>
public sealed class RandomGenerator : IDisposable
{
    /// <summary>The largest seed: the reference device keeps integers as doubles.</summary>
    public const long MaximumSeed = 1L << 53;

    // The state before and after the run in the graph that was traced last, and the streams handed out in it. In another
    // graph the variable reads differently.
    private Tensor? before;
    private Tensor? after;
    private int streams;

    /// <summary>Makes a generator.</summary>
    /// <param name="seed">From 0 to 2^53.</param>
    public RandomGenerator(long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed, MaximumSeed);
        State = new Variable("generator", TensorData.From([2], seed, 0L));
    }

    /// <summary>The seed and the number of runs so far, i64 [2].</summary>
    public Variable State { get; }

    /// <summary>Numbers for the host, such as initial weights, uniformly distributed between two bounds, the upper one excluded. Counts as a run.</summary>
    public unsafe TensorData Uniform(Shape shape, double low, double high)
    {
        var data = new TensorData(new TensorType(ElementType.Float32, shape));
        var values = data.AsSpan<float>();
        using var pool = new WorkerPool(1);
        fixed (float* pointer = values)
            Kernels.Cpu.RandomNumbers.Uniform.Fill(pool, HostStream(), pointer, values.Length);
        foreach (ref var value in values)
            value = (float)(low + (high - low) * value);
        return data;
    }

    /// <summary>Numbers for the host, such as initial weights, normally distributed. Counts as a run.</summary>
    public unsafe TensorData Normal(Shape shape, double mean, double deviation)
    {
        var data = new TensorData(new TensorType(ElementType.Float32, shape));
        var values = data.AsSpan<float>();
        using var pool = new WorkerPool(1);
        fixed (float* pointer = values)
            Kernels.Cpu.RandomNumbers.Normal.Fill(pool, HostStream(), pointer, values.Length);
        foreach (ref var value in values)
            value = (float)(mean + deviation * value);
        return data;
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    /// <summary>The state in this run, and a stream that no other use in the graph has.</summary>
    /// <exception cref="InvalidOperationException">No graph is being traced.</exception>
    internal (Tensor State, int Stream) Next()
    {
        Tensor now = State;
        if (!ReferenceEquals(now, after))
        {
            (before, streams) = (now, 0);
            after = now + Tensor.Constant(TensorData.From([2], 0L, 1L));
            State.Assign(after);
        }

        return (before!, streams++);
    }

    // No graph has so many uses that this stream is one of theirs.
    private PhiloxStream HostStream()
    {
        var state = State.Read();
        var values = state.AsSpan<long>();
        var stream = new PhiloxStream((ulong)values[0], uint.MaxValue, (uint)values[1]++);
        State.Write(state);
        return stream;
    }
}
