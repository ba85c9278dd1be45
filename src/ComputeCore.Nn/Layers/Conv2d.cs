namespace ComputeCore.Nn;

/// <summary>
/// Two-dimensional convolution of images [N, C, H, W]. Parameters: <c>weight</c> [out, in / groups, height, width] and
/// <c>bias</c> [out].
/// </summary>
public sealed class Conv2d : Layer
{
    private readonly Variable weight;
    private readonly Variable? bias;
    private readonly int groups;

    /// <summary>Makes the layer.</summary>
    /// <param name="inputs">Channels in; a multiple of the groups.</param>
    /// <param name="outputs">Channels out; a multiple of the groups.</param>
    /// <param name="kernel">The kernel's size.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="groups">Into how many parts the channels are cut, each convolved by itself; as many as channels for a depthwise convolution.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    /// <param name="initializer">The initial weights, beside a bias of 0; PyTorch's default, with a random bias, if none is given.</param>
    /// <exception cref="ArgumentException">The channels are not multiples of the groups.</exception>
    public Conv2d(int inputs, int outputs, Pair kernel, RandomGenerator random, int groups = 1, bool hasBias = true, Initializer? initializer = null)
    {
        if (inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException($"{inputs} channels in and {outputs} out can't be cut into {groups} groups.", nameof(groups));
        this.groups = groups;
        var fanIn = inputs / groups * kernel.Height * kernel.Width;
        Shape shape = [outputs, inputs / groups, kernel.Height, kernel.Width];
        weight = Parameter("weight", initializer?.Invoke(shape, random) ?? Initializers.KaimingUniform(shape, fanIn, random));
        if (hasBias)
            bias = Parameter("bias", initializer is null ? Initializers.FanInUniform([outputs], fanIn, random) : Initializers.Constant([outputs], 0));
    }

    /// <summary>Steps between neighbouring outputs.</summary>
    public Pair Stride { get; init; } = 1;

    /// <summary>Zeros on each side of the image.</summary>
    public Pair Padding { get; init; } = 0;

    /// <summary>Steps between the kernel's elements.</summary>
    public Pair Dilation { get; init; } = 1;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) =>
        input.Convolution2d(weight, bias?.ToTensor(), Stride, Padding, Dilation, groups);
}
