namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>How per-position losses become the result.</summary>
internal enum LossReduction
{
    /// <summary>One loss per position.</summary>
    None,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their sum over the sum of the class weights of the targets that are not ignored; NaN where there are none.</summary>
    Mean,
}

/// <summary>The inputs of a cross-entropy: logits [outer, classes, inner], class indices [outer, inner] and options.</summary>
internal unsafe struct CrossEntropyProblem
{
    /// <summary>Scores before softmax, [outer, classes, inner].</summary>
    public float* Logits;

    /// <summary>The right class of each position, [outer, inner], or <see cref="IgnoreIndex"/>.</summary>
    public long* Targets;

    /// <summary>One weight per class, or null for ones.</summary>
    public float* ClassWeights;

    /// <summary>Positions in front of the class axis.</summary>
    public int Outer;

    /// <summary>The number of classes.</summary>
    public int Classes;

    /// <summary>Positions behind the class axis.</summary>
    public int Inner;

    /// <summary>Targets with this value have no loss and no gradient.</summary>
    public long IgnoreIndex;

    /// <summary>ε: the share of the target distribution that is spread over all classes.</summary>
    public float LabelSmoothing;

    /// <summary>How losses are combined.</summary>
    public LossReduction Reduction;

    /// <summary>outer × inner.</summary>
    public readonly long Positions => (long)Outer * Inner;

    /// <summary>The weight of a class.</summary>
    public readonly float Weight(long target) => ClassWeights == null ? 1 : ClassWeights[target];

    /// <summary>The sum of all class weights.</summary>
    public readonly float SumOfWeights()
    {
        if (ClassWeights == null)
            return Classes;
        var sum = 0.0;
        for (var c = 0; c < Classes; c++)
            sum += ClassWeights[c];
        return (float)sum;
    }
}
