using System.Runtime.InteropServices;
using ComputeCore.Devices.Cpu;
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

    // Numbers that take a millisecond to draw, many times what starting threads takes.
    private const int WorthThreads = 1 << 18;

    private readonly long seed;

    // The state before and after the run in the graph that was traced last, and the streams handed out in it. In another
    // graph the variable reads differently.
    private Tensor? before;
    private Tensor? after;
    private int streams;

    // Tensors drawn on the host. Their streams count down from the largest, so that no graph has them.
    private uint drawn;

    /// <summary>Makes a generator.</summary>
    /// <param name="seed">From 0 to 2^53.</param>
    public RandomGenerator(long seed)
    {
        this.seed = seed;
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed, MaximumSeed);
        State = new Variable("generator", TensorData.From([2], seed, 0L));
    }

    /// <summary>The type of a generator's <see cref="State"/>.</summary>
    internal static TensorType StateType { get; } = new(ElementType.Int64, [2]);

    /// <summary>The seed and the number of runs so far, i64 [2].</summary>
    public Variable State { get; }

    /// <summary>Numbers uniformly distributed between two bounds, drawn on the host: initial weights. Each call draws others.</summary>
    /// <param name="shape">How many.</param>
    /// <param name="low">The lower bound, included.</param>
    /// <param name="high">The upper bound, excluded.</param>
    public TensorData Uniform(Shape shape, double low, double high) => InitialUniform(shape, low, high).Make();

    /// <summary>Normally distributed numbers, drawn on the host: initial weights. Each call draws others.</summary>
    /// <param name="shape">How many.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    public TensorData Normal(Shape shape, double mean, double deviation) => InitialNormal(shape, mean, deviation).Make();

    /// <summary>The numbers that <see cref="Uniform"/> would draw in the place of this call, drawn when they are needed.</summary>
    /// <inheritdoc cref="Uniform" path="/param"/>
    public unsafe InitialValue InitialUniform(Shape shape, double low, double high) =>
        Draw(shape, Kernels.Cpu.RandomNumbers.Uniform.Fill, (float)(high - low), (float)low);

    /// <summary>The numbers that <see cref="Normal"/> would draw in the place of this call, drawn when they are needed.</summary>
    /// <inheritdoc cref="Normal" path="/param"/>
    public unsafe InitialValue InitialNormal(Shape shape, double mean, double deviation) =>
        Draw(shape, Kernels.Cpu.RandomNumbers.Normal.Fill, (float)deviation, (float)mean);

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

    private unsafe InitialValue Draw(Shape shape, Fill fill, float scale, float offset)
    {
        var (type, stream) = (new TensorType(ElementType.Float32, shape), new PhiloxStream((ulong)seed, uint.MaxValue - drawn++, 0));
        return new InitialValue(type, bytes =>
        {
            var values = MemoryMarshal.Cast<byte, float>(bytes);
            using var pool = new WorkerPool(values.Length < WorthThreads ? 1 : CpuDevice.Workers());
            fixed (float* output = values)
                fill(pool, stream, scale, offset, output, values.Length);
        });
    }

    private unsafe delegate void Fill(WorkerPool pool, PhiloxStream stream, float scale, float offset, float* output, long count);
}
