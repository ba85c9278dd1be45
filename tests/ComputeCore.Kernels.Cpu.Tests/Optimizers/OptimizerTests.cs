using ComputeCore.Kernels.Cpu.Optimizers;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Optimizers;

/// <summary>Several steps of every optimizer against PyTorch's published formulas in float64, one element at a time.</summary>
public unsafe class OptimizerTests
{
    private const int Count = 1003;
    private const int Steps = 5;
    private const float Scale = 0.75f;

    [Test]
    public void Sgd_follows_its_definition(
        [Values(0f, 0.9f)] float momentum, [Values(0f, 0.1f)] float dampening, [Values(0f, 0.01f)] float weightDecay, [Values] bool nesterov)
    {
        var settings = new SgdSettings(0.05f, momentum, dampening, weightDecay, nesterov);
        using var pool = new WorkerPool(2);
        var parameter = GuardedArrays.Normal(Count, 1);
        var buffer = momentum == 0 ? null : new GuardedArray<float>(Count, _ => float.NaN);
        var (p, b) = (Widen(parameter), new double[Count]);
        var scale = Scale;
        for (var step = 1; step <= Steps; step++)
        {
            var gradient = GuardedArrays.Normal(Count, 10 + step);
            Sgd.Run(pool, parameter, gradient, buffer, parameter, buffer, &scale, Count, step, settings);
            for (var i = 0; i < Count; i++)
            {
                var g = (double)gradient[i] * Scale + weightDecay * p[i];
                if (momentum != 0)
                {
                    b[i] = step == 1 ? g : momentum * b[i] + (1 - dampening) * g;
                    g = nesterov ? g + momentum * b[i] : b[i];
                }

                p[i] -= settings.LearningRate * g;
            }
        }

        parameter.AssertClose(p, 1e-6);
        buffer?.AssertClose(b, 1e-6);
    }

    [Test]
    public void Adam_and_AdamW_follow_their_definitions([Values(0, 0.05)] double weightDecay, [Values] bool decoupled)
    {
        var settings = new AdamSettings(0.01, 0.9, 0.999, 1e-8, weightDecay, decoupled);
        using var pool = new WorkerPool(2);
        var parameter = GuardedArrays.Normal(Count, 1);
        var (first, second) = (new GuardedArray<float>(Count, _ => 0), new GuardedArray<float>(Count, _ => 0));
        var (p, m, v) = (Widen(parameter), new double[Count], new double[Count]);
        var scale = Scale;
        for (var step = 1; step <= Steps; step++)
        {
            var gradient = GuardedArrays.Normal(Count, 10 + step);
            Adam.Run(pool, parameter, gradient, first, second, parameter, first, second, &scale, Count, step, settings);
            for (var i = 0; i < Count; i++)
            {
                var g = (double)gradient[i] * Scale;
                if (decoupled)
                    p[i] -= settings.LearningRate * weightDecay * p[i];
                else
                    g += weightDecay * p[i];
                m[i] = settings.Beta1 * m[i] + (1 - settings.Beta1) * g;
                v[i] = settings.Beta2 * v[i] + (1 - settings.Beta2) * g * g;
                var correctedM = m[i] / (1 - Math.Pow(settings.Beta1, step));
                var correctedV = v[i] / (1 - Math.Pow(settings.Beta2, step));
                p[i] -= settings.LearningRate * correctedM / (Math.Sqrt(correctedV) + settings.Epsilon);
            }
        }

        parameter.AssertClose(p, 1e-6);
        first.AssertClose(m, 1e-6);
        second.AssertClose(v, 1e-6);
    }

    [Test]
    public void RmsProp_follows_its_definition([Values(0f, 0.9f)] float momentum, [Values(0f, 0.01f)] float weightDecay, [Values] bool centered)
    {
        var settings = new RmsPropSettings(0.01f, 0.99f, 1e-3f, weightDecay, momentum, centered);
        using var pool = new WorkerPool(2);
        var parameter = GuardedArrays.Normal(Count, 1);
        var square = new GuardedArray<float>(Count, _ => 0);
        var average = centered ? new GuardedArray<float>(Count, _ => 0) : null;
        var buffer = momentum == 0 ? null : new GuardedArray<float>(Count, _ => 0);
        var state = new RmsPropState { SquareAverage = square, GradientAverage = average, MomentumBuffer = buffer };
        var (p, s, a, b) = (Widen(parameter), new double[Count], new double[Count], new double[Count]);
        for (var step = 1; step <= Steps; step++)
        {
            var gradient = GuardedArrays.Normal(Count, 10 + step);
            RmsProp.Run(pool, parameter, gradient, state, parameter, state, null, Count, settings);
            for (var i = 0; i < Count; i++)
            {
                var g = gradient[i] + (double)weightDecay * p[i];
                s[i] = settings.Alpha * s[i] + (1 - settings.Alpha) * g * g;
                a[i] = settings.Alpha * a[i] + (1 - settings.Alpha) * g;
                var update = g / (Math.Sqrt(centered ? s[i] - a[i] * a[i] : s[i]) + settings.Epsilon);
                b[i] = momentum * b[i] + update;
                p[i] -= settings.LearningRate * (momentum == 0 ? update : b[i]);
            }
        }

        parameter.AssertClose(p, 2e-6);
        square.AssertClose(s, 1e-6);
        average?.AssertClose(a, 1e-6);
        buffer?.AssertClose(b, 2e-5);
    }

    [Test]
    public void Bits_depend_neither_on_an_elements_position_nor_on_the_thread_count_nor_on_working_in_place()
    {
        const int count = 50_001;
        var settings = new AdamSettings(0.01, 0.9, 0.999, 1e-8, 0.1, false);
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        var parameter = GuardedArrays.Normal(count, 1);
        var gradient = GuardedArrays.Normal(count, 2);
        var first = GuardedArrays.Normal(count, 3);
        var second = new GuardedArray<float>(count, i => i % 7);
        var (p, m, v) = (new GuardedArray<float>(count), new GuardedArray<float>(count), new GuardedArray<float>(count));
        Adam.Run(one, parameter, gradient, first, second, p, m, v, null, count, 3, settings);
        for (var i = count - 40; i < count; i++)
        {
            var (onlyP, onlyM, onlyV) = (new GuardedArray<float>(1), new GuardedArray<float>(1), new GuardedArray<float>(1));
            Adam.Run(one, parameter.Pointer + i, gradient.Pointer + i, first.Pointer + i, second.Pointer + i, onlyP, onlyM, onlyV, null, 1, 3, settings);
            Assert.That((onlyP[0], onlyM[0], onlyV[0]), Is.EqualTo((p[i], m[i], v[i])));
        }

        Adam.Run(three, parameter, gradient, first, second, parameter, first, second, null, count, 3, settings);
        parameter.AssertSameBits(p);
        first.AssertSameBits(m);
        second.AssertSameBits(v);
    }

    private static double[] Widen(GuardedArray<float> values) => Array.ConvertAll(values.Span.ToArray(), v => (double)v);
}
