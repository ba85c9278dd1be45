// Optimizer steps, one work-item per element, as PyTorch's. Learning rate, step and gradient scale are read on the device, since
// they are results of the graph; a scale of 0 leaves everything as it is, whatever the gradient holds. Results may lie where the
// parameter and the state do.
//
//   Sgd      g = scale gradient + weightDecay p;  b = g in step 1, momentum b + (1 - dampening) g later
//            p = p - learningRate (g + momentum b with Nesterov, else b; g without momentum)
//   Adam     g = scale gradient + weightDecay p;  m = m + (1 - β1) (g - m);  v = β2 v + (1 - β2) g²
//            p = p - learningRate / (1 - β1^step) m / (sqrt(v) / sqrt(1 - β2^step) + ε)
//            AdamW: weight decay takes learningRate weightDecay p from p instead (Loshchilov, Hutter, 2019)
//   RmsProp  g = scale gradient + weightDecay p;  s = α s + (1 - α) g²;  centered: a = a + (1 - α) (g - a)
//            d = sqrt(s) + ε, centered sqrt(s - a²) + ε;  momentum: b = momentum b + g / d, p = p - learningRate b
//
// 1 - β^step is taken as -(exp(step log β) - 1), whose digits don't cancel; log β is computed on the host in float64.
//
// Bytes an element: 12 to 20 (SGD), 28 (Adam), 20 to 36 (RMSprop).
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Optimizers;

/// <summary>Attributes of <see cref="OptimizerKernels.Sgd"/>.</summary>
internal struct SgdAttributes
{
    public float Momentum;
    public float OneMinusDampening;
    public float WeightDecay;
    public int IsNesterov;
}

/// <summary>Attributes of <see cref="OptimizerKernels.Adam"/>.</summary>
internal struct AdamAttributes
{
    public float OneMinusBeta1;
    public float LogBeta1;
    public float Beta2;
    public float OneMinusBeta2;
    public float LogBeta2;
    public float Epsilon;
    public float WeightDecay;
    public int IsDecoupled;
}

/// <summary>Attributes of <see cref="OptimizerKernels.RmsProp"/>.</summary>
internal struct RmsPropAttributes
{
    public float Alpha;
    public float OneMinusAlpha;
    public float Epsilon;
    public float WeightDecay;
    public float Momentum;
    public int IsCentered;
}

/// <summary>Steps of optimizers.</summary>
internal static partial class OptimizerKernels
{
    /// <summary>Stochastic gradient descent. Without momentum the buffers are any views, and neither read nor written.</summary>
    [Kernel]
    public static void Sgd(
        ArrayView<float> parameter, ArrayView<float> gradient, ArrayView<float> buffer,
        ArrayView<float> learningRate, ArrayView<long> step, ArrayView<float> gradientScale,
        ArrayView<float> parameterOut, ArrayView<float> bufferOut, SgdAttributes attributes, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var scale = gradientScale[0];
        var p = parameter[i];
        var direction = 0f;
        if (scale != 0f)
            direction = MathF.FusedMultiplyAdd(attributes.WeightDecay, p, gradient[i] * scale);
        if (attributes.Momentum != 0f)
        {
            var b = buffer[i];
            if (scale != 0f)
            {
                b = step[0] == 1 ? direction : attributes.Momentum * b + attributes.OneMinusDampening * direction;
                direction = attributes.IsNesterov != 0 ? MathF.FusedMultiplyAdd(attributes.Momentum, b, direction) : b;
            }

            bufferOut[i] = b;
        }

        parameterOut[i] = scale != 0f ? MathF.FusedMultiplyAdd(-learningRate[0], direction, p) : p;
    }

    /// <summary>Adam and AdamW.</summary>
    [Kernel]
    public static void Adam(
        ArrayView<float> parameter, ArrayView<float> gradient, ArrayView<float> firstMoment, ArrayView<float> secondMoment,
        ArrayView<float> learningRate, ArrayView<long> step, ArrayView<float> gradientScale,
        ArrayView<float> parameterOut, ArrayView<float> firstMomentOut, ArrayView<float> secondMomentOut, AdamAttributes attributes, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var scale = gradientScale[0];
        var p = parameter[i];
        var m = firstMoment[i];
        var v = secondMoment[i];
        if (scale != 0f)
        {
            var rate = learningRate[0];
            var t = (float)step[0];
            var g = gradient[i] * scale;
            if (attributes.IsDecoupled != 0)
                p -= rate * attributes.WeightDecay * p;
            else
                g = MathF.FusedMultiplyAdd(attributes.WeightDecay, p, g);
            m = MathF.FusedMultiplyAdd(g - m, attributes.OneMinusBeta1, m);
            v = v * attributes.Beta2 + g * g * attributes.OneMinusBeta2;
            var stepSize = rate / -DeviceMath.ExpMinus1(t * attributes.LogBeta1);
            var deviation = MathF.Sqrt(v) / MathF.Sqrt(-DeviceMath.ExpMinus1(t * attributes.LogBeta2)) + attributes.Epsilon;
            p -= stepSize * (m / deviation);
        }

        parameterOut[i] = p;
        firstMomentOut[i] = m;
        secondMomentOut[i] = v;
    }

    /// <summary>RMSprop. Without momentum, or if not centered, the views of these states are any, and neither read nor written.</summary>
    [Kernel]
    public static void RmsProp(
        ArrayView<float> parameter, ArrayView<float> gradient, ArrayView<float> squares, ArrayView<float> buffer, ArrayView<float> means,
        ArrayView<float> learningRate, ArrayView<float> gradientScale,
        ArrayView<float> parameterOut, ArrayView<float> squaresOut, ArrayView<float> bufferOut, ArrayView<float> meansOut, RmsPropAttributes attributes, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var scale = gradientScale[0];
        var isStep = scale != 0f;
        var p = parameter[i];
        var s = squares[i];
        var g = 0f;
        if (isStep)
        {
            g = MathF.FusedMultiplyAdd(attributes.WeightDecay, p, gradient[i] * scale);
            s = s * attributes.Alpha + g * g * attributes.OneMinusAlpha;
        }

        squaresOut[i] = s;
        if (attributes.IsCentered != 0)
        {
            var a = means[i];
            if (isStep)
                a = MathF.FusedMultiplyAdd(g - a, attributes.OneMinusAlpha, a);
            meansOut[i] = a;
            // s ≥ a² but for rounding, which must not become NaN.
            s -= a * a;
            s = s < 0f ? 0f : s;
        }

        var update = g / (MathF.Sqrt(s) + attributes.Epsilon);
        if (attributes.Momentum != 0f)
        {
            var b = buffer[i];
            if (isStep)
                b = MathF.FusedMultiplyAdd(attributes.Momentum, b, update);
            bufferOut[i] = b;
            update = b;
        }

        parameterOut[i] = isStep ? MathF.FusedMultiplyAdd(-learningRate[0], update, p) : p;
    }
}
