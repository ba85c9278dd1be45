namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// One dimension of a correlation, forward or transposed: target position <c>i * Step + phase</c> sees, through each tap with
/// (phase + origin + tap * slope) divisible by Step, the source position <c>i * Multiple + (phase + origin + tap * slope) / Step</c>.
/// A forward convolution has Step 1 and Multiple = stride; its data gradient has Step = stride and Multiple 1, so that every
/// phase is an ordinary convolution over dy with some of the taps, and no product with an inserted zero is computed.
/// </summary>
internal readonly struct Axis
{
    private readonly int origin;
    private readonly int slope;

    private Axis(int source, int target, int taps, int step, int multiple, int origin, int slope)
    {
        Source = source;
        Target = target;
        Taps = taps;
        Step = step;
        Multiple = multiple;
        this.origin = origin;
        this.slope = slope;
    }

    public static Axis Forward(int input, int output, int taps, int stride, int padding, int dilation) =>
        new(input, output, taps, 1, stride, -padding, dilation);

    public static Axis Transposed(int input, int output, int taps, int stride, int padding, int dilation) =>
        new(output, input, taps, stride, 1, padding, -dilation);

    /// <summary>Size of the image that is read.</summary>
    public int Source { get; }

    /// <summary>Size of the image that is written.</summary>
    public int Target { get; }

    public int Taps { get; }

    /// <summary>Phases of the target.</summary>
    public int Step { get; }

    /// <summary>The source's advance when the target advances by <see cref="Step"/>.</summary>
    public int Multiple { get; }

    /// <summary>The smallest offset of any tap and phase.</summary>
    public int FirstOffset => FloorDivide(origin + Math.Min(0, (Taps - 1) * slope), Step);

    /// <summary>The largest offset of any tap and phase.</summary>
    public int LastOffset => FloorDivide(Step - 1 + origin + Math.Max(0, (Taps - 1) * slope), Step);

    /// <summary>Whether a phase sees a tap, and at which offset.</summary>
    public bool Sees(int phase, int tap, out int offset)
    {
        var position = phase + origin + tap * slope;
        offset = FloorDivide(position, Step);
        return offset * Step == position;
    }

    /// <summary>How many of the targets [0, <paramref name="targets"/>) have a phase.</summary>
    public int Count(int targets, int phase) => Math.Max(0, (targets - phase + Step - 1) / Step);

    private static int FloorDivide(int value, int divisor) => value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}
