using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// y = x W + b: a linear layer whose <c>weight</c> is [in, out], the other way round than <see cref="Linear"/>'s, as GPT-2's files
/// hold it. Hugging Face gave it its name.
/// </summary>
internal sealed class Conv1D : Layer
{
    private readonly Variable weight;
    private readonly Variable bias;

    public Conv1D(int inputs, int outputs, RandomGenerator random, Initializer initializer)
    {
        weight = Parameter("weight", initializer([inputs, outputs], random));
        bias = Parameter("bias", Initializers.Constant([outputs], 0));
    }

    public override Tensor Forward(Tensor input) => input.MatMul(weight) + bias;
}
