// Cross-entropy of logits x [outer, classes, inner] and class indices t [outer, inner], with PyTorch's definitions:
//
//   loss = (1 - ε) w[t] (logSumExp - x[t]) + ε / C Σ_c w[c] (logSumExp - x[c])      ε: label smoothing, w: class weights
//   mean = Σ loss / Σ w[t]                                                          both over the targets not ignored
//   dx[c] = g ((1 - ε) w[t] (p[c] - [c = t]) + ε / C (p[c] Σ w - w[c]))             p = softmax(x)
//
// where g is the upstream gradient (of the mean: over Σ w[t]). Neither log-probabilities nor one-hot targets reach memory. Sums
// over the samples are reductions of their own. The loss of a target that is no class is NaN, and so are its gradients.
//
// Bytes: the logits twice or three times, mostly from cache; the gradient twice.
using ComputeCore.Kernels.Mathematics;
using ComputeCore.Kernels.Reduction;
using ILGPU;

namespace ComputeCore.Kernels.Softmax;

/// <summary>What cross-entropies differ in, beside their tensors.</summary>
internal struct CrossEntropyOptions
{
    /// <summary>Targets with this value have no loss and no gradient.</summary>
    public long IgnoreIndex;

    /// <summary>ε: the share of the target distribution that is spread over all classes.</summary>
    public float LabelSmoothing;

    /// <summary>1 if classes have weights, else 0.</summary>
    public int HasWeights;
}

/// <summary>Softmax cross-entropy with integer targets.</summary>
internal static partial class CrossEntropyKernels
{
    /// <summary>The losses [outer, inner] of the samples.</summary>
    [Kernel]
    public static void Losses(
        ArrayView<float> logits, ArrayView<long> targets, ArrayView<float> weights, ArrayView<float> losses,
        CrossEntropyOptions options, int classes, int inner, int samples, int width)
    {
        var shared = SharedMemory.Allocate<float>(LineLaunch.GroupSize);
        var lane = Group.IdxX / width;
        var lanes = LineLaunch.GroupSize / width;
        for (var block = Grid.IdxX * width; block < samples; block += Grid.DimX * width)
        {
            var sample = block + Group.IdxX % width;
            var end = sample < samples ? classes : 0;
            var first = SoftmaxKernels.First(sample, classes, inner);
            var max = SoftmaxKernels.MaxOfLine(shared, logits, first, inner, lane, lanes, end, width);
            var sum = 0f;
            for (var c = lane; c < end; c += lanes)
                sum += DeviceMath.Exp(logits[first + c * inner] - max);
            var logSum = DeviceMath.Log(GroupReduction.OverLanes<float, FloatSum>(shared, sum, width));

            var ofAllClasses = 0f;
            if (options.LabelSmoothing != 0f)
            {
                for (var c = lane; c < end; c += lanes)
                    ofAllClasses += Weight(weights, options, c) * (logSum - (logits[first + c * inner] - max));
                ofAllClasses = GroupReduction.OverLanes<float, FloatSum>(shared, ofAllClasses, width);
            }

            if (lane == 0 && sample < samples)
            {
                var target = targets[sample];
                var loss = 0f;
                if (target != options.IgnoreIndex)
                {
                    loss = float.NaN;
                    if (target >= 0 && target < classes)
                    {
                        var ofTarget = Weight(weights, options, (int)target) * (logSum - (logits[first + (int)target * inner] - max));
                        loss = (1f - options.LabelSmoothing) * ofTarget + options.LabelSmoothing / classes * ofAllClasses;
                    }
                }

                losses[sample] = loss;
            }
        }
    }

    /// <summary>The gradient of the logits, which it may overwrite.</summary>
    /// <param name="lossGradients">One for each sample, or one for all.</param>
    /// <param name="divisor">One number that they are divided by.</param>
    /// <param name="logits">[outer, classes, inner].</param>
    /// <param name="targets">[outer, inner].</param>
    /// <param name="weights">[classes], or any element.</param>
    /// <param name="sumOfWeights">One number: Σ w.</param>
    /// <param name="logitsGradient">[outer, classes, inner].</param>
    /// <param name="options">What cross-entropies differ in.</param>
    /// <param name="perSample">1 if each sample has a gradient, else 0.</param>
    /// <param name="classes">C.</param>
    /// <param name="inner">Positions behind the classes.</param>
    /// <param name="samples">outer x inner.</param>
    /// <param name="width">Samples that a group works on at once.</param>
    [Kernel]
    public static void Gradient(
        ArrayView<float> lossGradients, ArrayView<float> divisor, ArrayView<float> logits, ArrayView<long> targets, ArrayView<float> weights,
        ArrayView<float> sumOfWeights, ArrayView<float> logitsGradient, CrossEntropyOptions options, int perSample, int classes, int inner, int samples, int width)
    {
        var shared = SharedMemory.Allocate<float>(LineLaunch.GroupSize);
        var lane = Group.IdxX / width;
        var lanes = LineLaunch.GroupSize / width;
        for (var block = Grid.IdxX * width; block < samples; block += Grid.DimX * width)
        {
            var sample = block + Group.IdxX % width;
            var end = sample < samples ? classes : 0;
            var first = SoftmaxKernels.First(sample, classes, inner);
            var max = SoftmaxKernels.MaxOfLine(shared, logits, first, inner, lane, lanes, end, width);
            var sum = 0f;
            for (var c = lane; c < end; c += lanes)
            {
                var exp = DeviceMath.Exp(logits[first + c * inner] - max);
                logitsGradient[first + c * inner] = exp;
                sum += exp;
            }

            sum = GroupReduction.OverLanes<float, FloatSum>(shared, sum, width);
            var target = targets[sample < samples ? sample : 0];
            var isCounted = target != options.IgnoreIndex;
            var isClass = target >= 0 && target < classes;
            var gradient = lossGradients[perSample != 0 && sample < samples ? sample : 0] / divisor[0];
            var ofTarget = isClass ? gradient * (1f - options.LabelSmoothing) * Weight(weights, options, isClass ? (int)target : 0) : float.NaN;
            var ofAll = gradient * options.LabelSmoothing / classes;
            var scale = (ofTarget + ofAll * sumOfWeights[0]) / sum;
            for (var c = lane; c < end; c += lanes)
            {
                var value = logitsGradient[first + c * inner] * scale - ofAll * Weight(weights, options, c);
                if (c == target)
                    value -= ofTarget;
                logitsGradient[first + c * inner] = isCounted ? value : 0f;
            }
        }
    }

    /// <summary>The weight of each sample in the mean: that of its target, 0 if it is ignored.</summary>
    [Kernel]
    public static void TargetWeights(ArrayView<long> targets, ArrayView<float> weights, ArrayView<float> y, CrossEntropyOptions options, int classes, int samples)
    {
        var sample = FlatIndex.Get();
        if (sample >= samples)
            return;
        var target = targets[sample];
        var weight = 0f;
        if (target != options.IgnoreIndex && target >= 0 && target < classes)
            weight = Weight(weights, options, (int)target);
        y[sample] = weight;
    }

    /// <summary>y = a / b, of one element each.</summary>
    [Kernel]
    public static void Quotient(ArrayView<float> a, ArrayView<float> b, ArrayView<float> y)
    {
        if (FlatIndex.Get() == 0)
            y[0] = a[0] / b[0];
    }

    private static float Weight(ArrayView<float> weights, CrossEntropyOptions options, int c)
    {
        var weight = 1f;
        if (options.HasWeights != 0)
            weight = weights[c];
        return weight;
    }
}
