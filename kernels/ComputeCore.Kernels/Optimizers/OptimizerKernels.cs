// Optimizer steps as PyTorch's. Learning rate, step and gradient scale are read on the device, since
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
using ComputeCore.Kernels.Gemm;
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

/// <summary>What all elements of a step of Adam have in common.</summary>
internal struct AdamRates
{
    /// <summary>What gradients are multiplied by; 0 for a step that changes nothing.</summary>
    public float Scale;

    /// <summary>What parameters lose by decoupled weight decay, relatively.</summary>
    public float Decay;

    /// <summary>The learning rate / (1 - β1^step).</summary>
    public float StepSize;

    /// <summary>sqrt(1 - β2^step).</summary>
    public float Deviation;

    public static AdamRates Of(float learningRate, float step, float scale, AdamAttributes attributes)
    {
        AdamRates rates;
        rates.Scale = scale;
        rates.Decay = learningRate * attributes.WeightDecay;
        rates.StepSize = learningRate / -DeviceMath.ExpMinus1(step * attributes.LogBeta1);
        rates.Deviation = MathF.Sqrt(-DeviceMath.ExpMinus1(step * attributes.LogBeta2));
        return rates;
    }
}

/// <summary>A parameter and its moments.</summary>
internal struct AdamElement
{
    public float Parameter;
    public float FirstMoment;
    public float SecondMoment;

    public static AdamElement Of(float parameter, float firstMoment, float secondMoment)
    {
        AdamElement element;
        element.Parameter = parameter;
        element.FirstMoment = firstMoment;
        element.SecondMoment = secondMoment;
        return element;
    }

    /// <summary>After a step. There is no branch, which would break a vector apart.</summary>
    public readonly AdamElement Next(float gradient, AdamRates rates, AdamAttributes attributes)
    {
        var isDecoupled = attributes.IsDecoupled != 0;
        var g = MathF.FusedMultiplyAdd(isDecoupled ? 0 : attributes.WeightDecay, Parameter, gradient * rates.Scale);
        var p = Parameter - (isDecoupled ? rates.Decay * Parameter : 0);
        var m = MathF.FusedMultiplyAdd(g - FirstMoment, attributes.OneMinusBeta1, FirstMoment);
        var v = SecondMoment * attributes.Beta2 + g * g * attributes.OneMinusBeta2;
        p -= rates.StepSize * (m / (MathF.Sqrt(v) / rates.Deviation + attributes.Epsilon));
        var isStep = rates.Scale != 0;
        return Of(isStep ? p : Parameter, isStep ? m : FirstMoment, isStep ? v : SecondMoment);
    }
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
    /// <summary>Elements of a work-item of <see cref="Adam"/>.</summary>
    public const int AdamElements = 4;

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

    /// <summary>
    /// Adam and AdamW; a work-item per <see cref="AdamElements"/>, so that the bias corrections, two exponentials, are worked out once for
    /// all of them and a processor has a vector's work.
    /// </summary>
    [Kernel]
    public static void Adam(
        ArrayView<float> parameter, ArrayView<float> gradient, ArrayView<float> firstMoment, ArrayView<float> secondMoment,
        ArrayView<float> learningRate, ArrayView<long> step, ArrayView<float> gradientScale,
        ArrayView<float> parameterOut, ArrayView<float> firstMomentOut, ArrayView<float> secondMomentOut, AdamAttributes attributes, int count)
    {
        var i = FlatIndex.Get() * AdamElements;
        if (i >= count)
            return;
        var rates = AdamRates.Of(learningRate[0], (float)step[0], gradientScale[0], attributes);
        if (i + AdamElements <= count)
        {
            var quad = i / AdamElements;
            var (p, g) = (parameter.Cast<Float4>()[quad], gradient.Cast<Float4>()[quad]);
            var (m, v) = (firstMoment.Cast<Float4>()[quad], secondMoment.Cast<Float4>()[quad]);
            var x = AdamElement.Of(p.X, m.X, v.X).Next(g.X, rates, attributes);
            var y = AdamElement.Of(p.Y, m.Y, v.Y).Next(g.Y, rates, attributes);
            var z = AdamElement.Of(p.Z, m.Z, v.Z).Next(g.Z, rates, attributes);
            var w = AdamElement.Of(p.W, m.W, v.W).Next(g.W, rates, attributes);
            parameterOut.Cast<Float4>()[quad] = new Float4(x.Parameter, y.Parameter, z.Parameter, w.Parameter);
            firstMomentOut.Cast<Float4>()[quad] = new Float4(x.FirstMoment, y.FirstMoment, z.FirstMoment, w.FirstMoment);
            secondMomentOut.Cast<Float4>()[quad] = new Float4(x.SecondMoment, y.SecondMoment, z.SecondMoment, w.SecondMoment);
            return;
        }

        for (; i < count; i++)
        {
            var element = AdamElement.Of(parameter[i], firstMoment[i], secondMoment[i]).Next(gradient[i], rates, attributes);
            parameterOut[i] = element.Parameter;
            firstMomentOut[i] = element.FirstMoment;
            secondMomentOut[i] = element.SecondMoment;
        }
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
